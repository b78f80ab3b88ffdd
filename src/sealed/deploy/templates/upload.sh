#!/bin/sh
# Brings the site to the machine that serves it, by rsync: deploy/upload.sh growth.example:/srv/growth
# Written by `gradus build`. Every moment of it is whole: the new files first gather in `next`, where a reader finds them while
# those beside it are replaced. Where it broke off, run it again: it first brings to its end what was begun. The folder there
# should hold nothing else: it would be removed.
set -eu
site="{folder}"
target="${1:?say where to, such as growth.example:/srv/growth}"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$scratch/none/next" "$scratch/begun"

# Puts everything that gathered into its place; `site.json`, which vouches for the other files, comes after them.
replace() {
  rsync -rtc --exclude=/next --exclude=/portable --exclude=/index.html --exclude=/site.json --exclude=/site.sig "$1/" "$target/"
  rsync -tc "$1/index.html" "$target/"
  rsync -tc "$1/site.json" "$target/"
  rsync -tc "$1/site.sig" "$target/"
}

# `site.sig` comes to `next` last, and is the first to go: where it is, `next` is whole.
no_longer_whole() { rsync -r --delete --include=/next --include=/next/site.sig --exclude='*' "$scratch/none/" "$target/"; }

rsync -r --exclude='*' "$scratch/none/" "$target/"
rsync -r --include=/next --include=/next/site.sig --exclude='*' "$target/" "$scratch/begun/"
if [ -e "$scratch/begun/next/site.sig" ]; then
  rsync -rt "$target/next/" "$scratch/begun/next/"
  replace "$scratch/begun/next"
fi
no_longer_whole

# What lies in `portable` is for opening the folder from disk: a host needs none of it.
rsync -rtc --link-dest=.. --exclude=/portable --exclude=/site.sig "$site/" "$target/next/"
rsync -tc "$site/site.sig" "$target/next/"
replace "$site"
no_longer_whole
rsync -rt --delete --delete-excluded --exclude=/portable "$site/" "$target/"
