#!/bin/sh
# Brings the site into a bucket, by the `aws` program: deploy/s3.sh s3://growth-example
# Written by `gradus build --deploy s3`. Every moment of it is whole: the new files first gather in `next`, where a reader finds
# them while those beside it are replaced. Where it broke off, run it again: it first brings to its end what was begun. The
# bucket should hold nothing else: it would be removed.
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
bucket="${bucket%/}"
for_ever="{for_ever}"
if_unchanged="{if_unchanged}"

next="$bucket/next"

# Puts everything that gathered into its place, within the bucket; `site.json`, which vouches for the other files, comes after them.
replace() {
  aws s3 cp "$next" "$bucket" --recursive --only-show-errors --exclude index.html --exclude site.json --exclude site.sig
  aws s3 cp "$next/index.html" "$bucket/index.html" --only-show-errors
  aws s3 cp "$next/site.json" "$bucket/site.json" --only-show-errors
  aws s3 cp "$next/site.sig" "$bucket/site.sig" --only-show-errors
}

# `site.sig` comes to `next` last, and is the first to go: where it is, `next` is whole.
no_longer_whole() { aws s3 rm "$next/site.sig" --only-show-errors; }

if aws s3 ls "$next/site.sig" > /dev/null; then replace; fi
no_longer_whole

# What lies in `portable` is for opening the folder from disk: a host needs none of it. Copied, not synced: a sealed file can be
# another with the same length and an older date.
aws s3 cp "$site/assets" "$next/assets" --recursive --only-show-errors --cache-control "$for_ever"
aws s3 cp "$site" "$next" --recursive --only-show-errors --cache-control "$if_unchanged" \
  --exclude "assets/*" --exclude "portable/*" --exclude site.sig
aws s3 cp "$site/site.sig" "$next/site.sig" --only-show-errors --cache-control "$if_unchanged"
replace
no_longer_whole
aws s3 sync "$site" "$bucket" --only-show-errors --size-only --delete --exclude "portable/*"
aws s3 rm "$bucket/portable" --recursive --only-show-errors
