# Builds the Debian tree that the machines of the cluster run in: containerd, etcd and their like as packages, and Kubernetes itself,
# of which Debian packages only the client, from Debian's source package. Sourced by scripts/cluster.
# shellcheck shell=bash
# scripts/cluster sets the rest
# shellcheck disable=SC2154

kubernetes_suite=bookworm
kubernetes_version=v1.20.2
kubernetes_packages=(etcd-server containerd runc containernetworking-plugins iptables iproute2 conntrack socat
    kubernetes-client buildah ca-certificates procps openssl kmod)
kubernetes_programs=(kube-apiserver kube-controller-manager kube-scheduler kubelet kube-proxy)
# What the stamp must say for a tree to count as complete and current. Raise the number when the recipe changes.
kubernetes_recipe="recipe 2: $kubernetes_version on $kubernetes_suite, $(uname -m)"

install_kubernetes() {
    local home=$lab/kubernetes mirror attempt
    [[ $lab == /* && $lab != *"'"* && $lab != *[[:space:]]* ]] \
        || die "EXECUTOR_LAB must be an absolute path without spaces or quotes, found '$lab'"
    [[ -f $home/installed && $(<"$home/installed") == "$kubernetes_recipe" ]] && return
    mkdir -p "$home"
    rm -f "$home/installed"
    use_apt_proxy
    export DEBIAN_FRONTEND=noninteractive
    install_debootstrap
    mirror=$(debian_mirror)
    for attempt in 1 2 3; do
        say "building Kubernetes $kubernetes_version from $mirror (about ten minutes, 2 GB of disk in passing; log: $home/install.log)"
        if build_kubernetes "$mirror" </dev/null >"$home/install.log" 2>&1; then
            remove_tree "$tree"
            mv "$home/partial" "$tree"
            # For machines without a client of their own; it is a static program.
            mkdir -p "$lab/bin"
            ln -sfn "$tree/usr/bin/kubectl" "$lab/bin/kubectl"
            printf '%s\n' "$kubernetes_recipe" >"$home/installed"
            return
        fi
        say "attempt $attempt of 3 failed; the end of $home/install.log:"
        tail -n 15 "$home/install.log" >&2
    done
    die "could not build $tree"
}

build_kubernetes() {
    local mirror=$1 partial=$lab/kubernetes/partial build=$lab/kubernetes/build
    debian_tree "$kubernetes_suite" "$partial" "$mirror" "${kubernetes_packages[@]}" || return
    remove_tree "$build"
    cp -a "$partial" "$build" || return
    printf 'deb-src %s %s main\n' "$mirror" "$kubernetes_suite" >"$build/etc/apt/sources.list.d/source.list"
    cp "$here/kubernetes/compile" "$here/../images/pause/main.go" "$build/" || return
    in_tree "$build" "$lab/kubernetes" nice /compile "$kubernetes_version" "${kubernetes_programs[@]}" || return
    cp "$build"/out/* "$partial/usr/local/bin/" || return
    write_pause_image "$partial" || return
    mkdir -p "$partial/cluster"
    : >"$partial/etc/machine-id"
    remove_tree "$build"
}

# containerd starts every pod with it and cannot pull it: it comes with the tree.
write_pause_image() {
    local tree=$1 context=$lab/kubernetes/pause buildah=(buildah --storage-driver vfs --root /mnt/storage --runroot /mnt/run)
    rm -rf --one-file-system "$context"
    mkdir -p "$context/context"
    mv "$tree/usr/local/bin/pause" "$context/context/"
    cp "$here/../images/pause/Containerfile" "$context/context/"
    in_tree "$tree" "$context" "${buildah[@]}" bud --isolation chroot --tag localhost/pause:1 /mnt/context || return
    in_tree "$tree" "$context" "${buildah[@]}" push localhost/pause:1 docker-archive:/usr/local/share/pause.tar:localhost/pause:1 || return
    rm -rf --one-file-system "$context"
}
