#!/bin/sh
# Brings the site to the machine that serves it, by rsync: deploy/upload.sh growth.example:/srv/growth
# Written by `gradus build`. `site.json`, which vouches for all other files, comes after them, and what is no longer needed
# goes last. Sealed files keep their names: who reads while this runs may be told that one is damaged, until it is through;
# repeat it where it broke off. The folder there should hold nothing else: it would be removed.
set -eu
site="{folder}"
target="${1:?say where to, such as growth.example:/srv/growth}"

# What lies in `portable` is for opening the folder from disk: a host needs none of it.
rsync -rtc --exclude=/portable --exclude=/index.html --exclude=/site.json --exclude=/site.sig "$site/" "$target/"
rsync -t "$site/index.html" "$target/"
rsync -t "$site/site.json" "$target/"
rsync -t "$site/site.sig" "$target/"
rsync -rt --delete --exclude=/portable "$site/" "$target/"
