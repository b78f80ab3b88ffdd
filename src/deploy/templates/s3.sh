#!/bin/sh
# Brings the site into a bucket, by the `aws` program: deploy/s3.sh s3://growth-example
# Written by `gradus build --deploy s3`. `site.json`, which vouches for all other files, comes after them, and what is no
# longer needed goes last. Sealed files keep their names: who reads while this runs may be told that one is damaged, until it is
# through; repeat it where it broke off. The bucket should hold nothing else: it would be removed.
#
# S3 itself answers over plain http and sets none of the headers that keep other pages away: keep the bucket private, and put
# CloudFront before it with the response headers of `cloudfront.json`:
#
#   aws cloudfront create-response-headers-policy --response-headers-policy-config file://deploy/cloudfront.json
#
# Its cache policy must let the origin's `Cache-Control` hold (`CachingOptimized` does), its default root object is
# `index.html`. Serve nothing else from this origin: another page of it could read an open portfolio.
set -eu
site="{folder}"
bucket="${1:?say where to, such as s3://growth-example}"
for_ever="{for_ever}"
if_unchanged="{if_unchanged}"

# What lies in `portable` is for opening the folder from disk: a host needs none of it.
aws s3 sync "$site/assets" "$bucket/assets" --only-show-errors --cache-control "$for_ever"
# Copied, not synced: a sealed file can be another with the same length and an older date.
aws s3 cp "$site" "$bucket" --recursive --only-show-errors --cache-control "$if_unchanged" \
  --exclude "assets/*" --exclude "portable/*" --exclude index.html --exclude site.json --exclude site.sig
aws s3 cp "$site/index.html" "$bucket/index.html" --only-show-errors --cache-control "$if_unchanged"
aws s3 cp "$site/site.json" "$bucket/site.json" --only-show-errors --cache-control "$if_unchanged"
aws s3 cp "$site/site.sig" "$bucket/site.sig" --only-show-errors --cache-control "$if_unchanged"
aws s3 sync "$site" "$bucket" --only-show-errors --size-only --delete --exclude "portable/*"
