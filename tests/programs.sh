# The programs that the tests want, installed where that can be done: `tests/run` reads this.

# Debian's packages, each with the program of its name.
packages="chromium chromium-headless-shell age git strace nginx caddy python3 rsync time"
PATH="$PATH:/usr/sbin" # where Debian keeps nginx

for program in cargo node npm cc; do
  type -P "$program" >/dev/null && continue
  echo "tests/run wants Rust (https://rustup.rs), a C compiler, and Node.js 20 or newer with npm (https://nodejs.org): there is no \`$program\`" >&2
  exit 3
done

node_version=$(node --version)
node_major=${node_version#v}
if [ "${node_major%%.*}" -lt 20 ]; then
  echo "tests/run wants Node.js 20 or newer (https://nodejs.org): \`node\` is $node_version" >&2
  exit 3
fi

has_package() {
  apt-cache policy "$1" 2>/dev/null | grep -q 'Candidate: [0-9]'
}

is_there() {
  case "$1" in
    chromium-headless-shell) # Debian's alone: the tests take half the time in it, and do without it elsewhere
      [ -n "${CHROMIUM:-}" ] || type -P "$1" >/dev/null || ! has_package "$1" ;;
    chromium) # the tests know these, too
      [ -n "${CHROMIUM:-}" ] || type -P chromium >/dev/null || type -P chromium-browser >/dev/null || type -P google-chrome >/dev/null ||
        [ -d /Applications/Chromium.app ] || [ -d "/Applications/Google Chrome.app" ] ;;
    strace) [ "$(uname)" != Linux ] || type -P strace >/dev/null ;;
    *) type -P "$1" >/dev/null ;;
  esac
}

install_programs() {
  local missing= as_root= help
  for program in $packages; do
    is_there "$program" || missing="$missing $program"
  done

  if [ -n "$missing" ]; then
    [ "$(id -u)" = 0 ] || as_root=sudo
    if type -P apt-get >/dev/null && { [ -z "$as_root" ] || type -P sudo >/dev/null; }; then
      echo "tests/run installs$missing"
      $as_root apt-get update -q
      is_there chromium-headless-shell || missing="$missing chromium-headless-shell" # now that it is known
      # Ubuntu calls it otherwise.
      has_package chromium || missing=${missing/ chromium/ chromium-browser}
      $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends $missing fonts-dejavu-core
    else
      help="install them with your system's package manager"
      if [ "$(uname)" = Darwin ]; then
        case "$missing" in *" chromium"*) help="brew install --cask chromium; brew install${missing/ chromium/}" ;; *) help="brew install$missing" ;; esac
      fi
      echo "tests/run wants$missing: $help" >&2
      exit 3
    fi
  fi
}
