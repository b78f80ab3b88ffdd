# Lets the real program do its work on a copy of the host, which stands for `host:`, and follows it file by file.
after=$(mktemp -d)
trap 'rm -rf "$after"' EXIT
mkdir -p "$HOST"
cp -a "$HOST/." "$after"
count=$#
while [ "$count" -gt 0 ]; do
  case "$1" in
    host:*) set -- "$@" "$after${1#host:}";;
    *) set -- "$@" "$1";;
  esac
  shift
  count=$((count - 1))
done
/usr/bin/rsync "$@"
become "$after"
