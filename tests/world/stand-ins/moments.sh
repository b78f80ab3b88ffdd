# The folder HOST plays a host. What it holds after each file that comes or goes is kept in MOMENTS, where that is set; NOTES
# says which file it was.

# The host becomes what the folder $1 is, one file after the other.
become() {
  { (cd "$1" && find . -type f); (cd "$HOST" && find . -type f); } | sort -u | while read -r file; do
    file="${file#./}"
    if [ ! -e "$1/$file" ]; then
      rm "$HOST/$file"
      echo "gone $file" >> "$NOTES"
    elif cmp -s "$1/$file" "$HOST/$file"; then
      continue
    else
      mkdir -p "$(dirname "$HOST/$file")"
      cp --remove-destination "$1/$file" "$HOST/$file"
      echo "$file" >> "$NOTES"
    fi
    keep
  done
  find "$HOST" -mindepth 1 -type d -empty -delete
}

keep() {
  if [ -z "${MOMENTS:-}" ]; then return; fi
  mkdir -p "$MOMENTS"
  cp -al "$HOST" "$MOMENTS/$(printf %05d "$(ls "$MOMENTS" | wc -l)")"
}
