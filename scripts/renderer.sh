# Builds the stand-in for Helm (tests/TestKit/Charts/render): Helm is in no Debian release, its template engine and libraries are.
# Sourced by scripts/lab.
# shellcheck shell=bash
# scripts/lab sets the rest
# shellcheck disable=SC2154

renderer_suite=trixie
renderer_go=1.24
renderer_packages=("golang-$renderer_go-go" golang-github-masterminds-sprig-dev golang-k8s-sigs-yaml-dev golang-github-xeipuuv-gojsonschema-dev)
renderer_source=$here/../tests/TestKit/Charts/render
renderer_stamp=$lab/helm-render.installed

renderer_recipe() {
    printf '%s\n' "$renderer_suite ${renderer_packages[*]} $(uname -m) $(cat "$renderer_source"/*.go | sha256sum)"
}

is_renderer_installed() { [[ -x $lab/bin/helm-render && -f $renderer_stamp && $(<"$renderer_stamp") == "$(renderer_recipe)" ]]; }

renderer_version() { "$lab/bin/helm-render" version; }

# What it is compiled with is needed once and taken away again.
install_renderer() {
    local work=$lab/renderer attempt
    say "building helm-render from $renderer_suite's packages (60 MB, half a minute; log: $lab/renderer.log)"
    [[ -e /usr/share/keyrings/debian-archive-keyring.gpg ]] || install_debootstrap
    for attempt in 1 2 3; do
        if build_renderer "$work" </dev/null >"$lab/renderer.log" 2>&1; then
            rm -rf "$work"
            renderer_recipe >"$renderer_stamp"
            return
        fi
        say "attempt $attempt of 3 failed; the end of $lab/renderer.log:"
        tail -n 15 "$lab/renderer.log" >&2
    done
    die "could not build helm-render"
}

build_renderer() {
    local work=$1
    unpacked_packages "$renderer_suite" "$(dpkg --print-architecture)" "$work" closure "${renderer_packages[@]}" || return
    mkdir -p "$lab/bin" || return
    # Sources lie as Debian's Go packages have them, without modules.
    (cd "$renderer_source" && env GO111MODULE=off CGO_ENABLED=0 GOTOOLCHAIN=local GOFLAGS= GOCACHE="$work/cache" \
        GOROOT="$work/tree/usr/lib/go-$renderer_go" GOPATH="$work/tree/usr/share/gocode" \
        "$work/tree/usr/lib/go-$renderer_go/bin/go" build -trimpath -ldflags=-s -o "$lab/bin/helm-render.new" .) || return
    mv -f "$lab/bin/helm-render.new" "$lab/bin/helm-render"
}
