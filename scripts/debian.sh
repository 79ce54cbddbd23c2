# Root trees from Debian's packages, for the scripts that unpack real parts without installing them on the machine.
# Sourced; the including script defines say and die.
# shellcheck shell=bash

# Where debootstrap and chroot are, also for those whose path leaves it out.
PATH=$PATH:/usr/sbin:/sbin

as_root() {
    if [[ $EUID -eq 0 ]]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo --preserve-env=http_proxy,https_proxy,DEBIAN_FRONTEND "$@"
    else
        die "'$1' needs root, and there is no sudo; run ${0##*/} as root"
    fi
}

# Reads the machine's own apt configuration, so that a local mirror or a proxy is used wherever one is set up.
debian_mirror() {
    local uri
    # shellcheck disable=SC2016 # apt-get's own variable
    uri=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' 2>/dev/null \
        | grep -m 1 -E '^https?://' || true)
    printf '%s\n' "${uri:-http://deb.debian.org/debian/}"
}

use_apt_proxy() {
    local proxy
    proxy=$(apt-config shell proxy Acquire::http::Proxy | sed -n "s/^proxy='\(.*\)'$/\1/p")
    if [[ -n $proxy && $proxy != DIRECT && -z ${http_proxy:-} ]]; then
        export http_proxy=$proxy
    fi
}

install_debootstrap() {
    command -v apt-get >/dev/null || die "apt-get is missing: this works on Debian and Ubuntu only (see ${0##*/} help)"
    # debian_mirror, too, knows a mirror as Debian's only from its fetched index.
    as_root apt-get -o Acquire::Retries=3 -qq update
    if ! command -v debootstrap >/dev/null || [[ ! -e /usr/share/keyrings/debian-archive-keyring.gpg ]]; then
        say "installing debootstrap"
        as_root apt-get -o Acquire::Retries=3 -qq -y --no-install-recommends install debootstrap debian-archive-keyring >/dev/null
    fi
}

# A killed debootstrap can leave /proc mounted inside its tree, and nothing may be deleted through that.
remove_tree() {
    local mount
    while read -r mount; do
        as_root umount "$mount"
    done < <(awk -v prefix="$1/" 'index($2, prefix) == 1 { print $2 }' /proc/mounts | sort -r)
    as_root rm -rf --one-file-system "$1"
}

# Unpacks a minimal tree of a suite, and the named packages on top: debian_tree SUITE TARGET MIRROR PACKAGE...
debian_tree() {
    local suite=$1 target=$2 mirror=$3 script=/usr/share/debootstrap/scripts/$1
    shift 3
    # A debootstrap older than the suite has no script of its name; sid's serves every later one.
    [[ -e $script ]] || script=/usr/share/debootstrap/scripts/sid
    remove_tree "$target" || return
    as_root debootstrap --variant=minbase "$suite" "$target" "$mirror" "$script" || return
    # A mirror that lags behind still serves a consistent suite.
    as_root chroot "$target" apt-get -o Acquire::Check-Valid-Until=false -o Acquire::Retries=3 update || return
    as_root chroot "$target" apt-get -o Acquire::Retries=3 -y --no-install-recommends install "$@" || return
    as_root chroot "$target" apt-get clean || return
}

# Fetches packages of a suite for an architecture and unpacks them into TARGET/tree, without root: alone, or "closure", with all that they
# depend on. apt's own state and lists stay untouched: unpacked_packages SUITE ARCH TARGET alone|closure PACKAGE...
unpacked_packages() {
    local suite=$1 arch=$2 target=$3 extent=$4 package
    shift 4
    rm -rf "$target"
    mkdir -p "$target"/{lists/partial,cache/archives/partial,tree}
    printf 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s %s main\n' "$(debian_mirror)" "$suite" >"$target/sources"
    : >"$target/status"
    (
        cd "$target/cache/archives"
        options=(-qq -o Acquire::Retries=3 -o Acquire::Check-Valid-Until=false -o APT::Architecture="$arch" -o APT::Architectures="$arch"
            -o APT::Sandbox::User= -o Dir::State::Lists="$target/lists" -o Dir::State::Status="$target/status" -o Dir::Cache="$target/cache"
            -o Dir::Etc::SourceList="$target/sources" -o Dir::Etc::SourceParts=/dev/null -o Dir::Etc::Preferences=/dev/null)
        apt-get "${options[@]}" update || exit
        case $extent in
            alone) apt-get "${options[@]}" download "$@" ;;
            closure) apt-get "${options[@]}" --yes --download-only --no-install-recommends install "$@" ;;
        esac
    ) || return
    for package in "$target"/cache/archives/*.deb; do
        dpkg-deb --extract "$package" "$target/tree" || return
    done
    rm -rf "$target"/{lists,cache}
}

# Runs a command with a tree as its root and a folder as /mnt, in a process and a mount namespace that end with it:
# in_tree TREE FOLDER COMMAND...
in_tree() {
    # shellcheck disable=SC2016 # the inner shell's
    as_root unshare --mount --pid --fork --propagation private bash -euc '
        tree=$1 folder=$2
        shift 2
        # Whatever remounts "/" needs a mount there.
        mount --rbind "$tree" "$tree"
        mount -t proc proc "$tree/proc"
        mount --rbind "$folder" "$tree/mnt"
        chroot "$tree" "$@"' - "$@"
}
