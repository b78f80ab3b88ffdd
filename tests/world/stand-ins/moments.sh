# The folder HOST plays a host. What it holds after each file that comes or goes is kept in MOMENTS, where that is set; NOTES
# says which file it was.

# The host becomes what the folder $1 is, one file after the other.
become() {
  sums "$HOST" > "$1.before"
  sums "$1" > "$1.after"
  comm -3 "$1.before" "$1.after" | sed 's/.*  //' | sort -u | while read -r file; do
    if [ -e "$1/$file" ]; then
      mkdir -p "$(dirname "$HOST/$file")"
      cp --remove-destination "$1/$file" "$HOST/$file"
      echo "$file" >> "$NOTES"
    else
      rm "$HOST/$file"
      echo "gone $file" >> "$NOTES"
    fi
    keep
  done
  rm "$1.before" "$1.after"
  find "$HOST" -mindepth 1 -type d -empty -delete
}

# What every file of a folder holds, as a line with two spaces before its path.
sums() {
  (cd "$1" && find . -type f -exec sha256sum {} + | sed 's#  \./#  #' | sort)
}

keep() {
  if [ -z "${MOMENTS:-}" ]; then return; fi
  mkdir -p "$MOMENTS"
  kept=$(find "$MOMENTS" -mindepth 1 -maxdepth 1 | wc -l)
  cp -al "$HOST" "$MOMENTS/$(printf %05d "$kept")"
}
