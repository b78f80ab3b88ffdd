# Does on a copy of the host, which stands for `s3://growth`, what `aws s3` would do with a bucket, and follows it file by file.
# How long each file may be kept stands in a file of the same path in CACHED.
[ "$1" = s3 ] || exit 2
what="$2"
shift 2
after=$(mktemp -d)
trap 'rm -rf "$after"' EXIT
mkdir -p "$HOST" "$CACHED"
cp -a "$HOST/." "$after"

path() {
  case "$1" in
    s3://growth*) echo "$after${1#s3://growth}";;
    *) echo "$1";;
  esac
}

# One file, from $1 to $2, with what is known of how long it may be kept.
copy() {
  mkdir -p "$(dirname "$2")" "$(dirname "$CACHED${2#"$after"}")"
  cp --remove-destination "$1" "$2"
  if [ -n "$cache" ]; then
    echo "$cache" > "$CACHED${2#"$after"}"
  else
    [ "$CACHED${1#"$after"}" -ef "$CACHED${2#"$after"}" ] || cp "$CACHED${1#"$after"}" "$CACHED${2#"$after"}"
  fi
}

is_excluded() {
  while read -r pattern; do
    case "$1" in $pattern) return 0;; esac
  done < "$after.excluded"
  return 1
}

from="$1"; shift
to=
case "$what" in cp|sync) to="$1"; shift;; esac
# S3 takes an empty name between two slashes for one: such a file is not where it is looked for.
case "${from#s3://} ${to#s3://}" in *//*) echo "an empty name in $from $to" >&2; exit 2;; esac
cache=; recursive=no; delete=no
: > "$after.excluded"
trap 'rm -rf "$after" "$after.excluded"' EXIT
while [ $# -gt 0 ]; do
  case "$1" in
    --cache-control) cache="$2"; shift;;
    --exclude) echo "$2" >> "$after.excluded"; shift;;
    --recursive) recursive=yes;;
    --delete) delete=yes;;
    --only-show-errors|--size-only) ;;
    *) echo "unknown $1" >&2; exit 2;;
  esac
  shift
done
source=$(path "$from")

# All files below $1 that are not excluded, relative to it.
below() {
  if [ -d "$1" ]; then
    (cd "$1" && find . -type f | sort) | while read -r file; do
      if ! is_excluded "${file#./}"; then echo "${file#./}"; fi
    done
  fi
}

case "$what:$recursive" in
  ls:no) [ -e "$source" ] || exit 1; echo "${source##*/}"; exit;;
  rm:no) rm -f "$source";;
  rm:yes) rm -rf "$source";;
  cp:no) copy "$source" "$(path "$to")";;
  cp:yes) below "$source" | while read -r file; do copy "$source/$file" "$(path "$to")/$file"; done;;
  sync:no)
    target=$(path "$to")
    below "$source" | while read -r file; do
      [ "$(stat -c %s "$source/$file")" = "$(stat -c %s "$target/$file" 2> /dev/null)" ] || copy "$source/$file" "$target/$file"
    done
    if [ $delete = yes ]; then
      below "$target" | while read -r file; do [ -e "$source/$file" ] || rm "$target/$file"; done
    fi;;
  *) echo "unknown $what" >&2; exit 2;;
esac
become "$after"
