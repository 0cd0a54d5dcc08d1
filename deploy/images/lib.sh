# Read by the scripts that build images and run them; the caller stands in the repository's root.

# Podman's defaults want systemd and crun. Where systemd does not run, as inside a container or on a bare virtual machine,
# these settings do; CONTAINERS_CONF set by the caller comes first.
if [ -z "${CONTAINERS_CONF:-}" ] && [ ! -d /run/systemd/system ] && command -v podman runc >/dev/null; then
    export CONTAINERS_CONF="$PWD/deploy/images/containers.conf"
fi

# The container engine of this machine: DESKMESH_ENGINE, else the first that answers.
engine() {
    local candidate
    for candidate in ${DESKMESH_ENGINE:-podman docker}; do
        if command -v "$candidate" >/dev/null && "$candidate" info >/dev/null 2>&1; then
            echo "$candidate"
            return
        fi
    done
    echo "no container engine answers: ${DESKMESH_ENGINE:-neither podman nor docker}" >&2
    return 1
}

# The Debian image to build on: DESKMESH_IMAGE_BASE, else the Dockerfile's own where a registry gives it, else one made
# here from Debian's packages.
base() {
    local engine=$1 published made=localhost/deskmesh-base:bookworm
    published=$(sed -n 's/^ARG BASE=//p' deploy/images/Dockerfile)
    if [ -n "${DESKMESH_IMAGE_BASE:-}" ]; then
        echo "$DESKMESH_IMAGE_BASE"
    elif "$engine" image inspect "$published" >/dev/null 2>&1 || "$engine" pull --quiet "$published" >/dev/null 2>&1; then
        echo "$published"
    elif "$engine" image inspect "$made" >/dev/null 2>&1; then
        echo "$made"
    elif [ "$(id -u)" = 0 ] && command -v debootstrap >/dev/null; then
        deploy/images/base "$made"
    else
        echo "no registry gives $published; DESKMESH_IMAGE_BASE names another Debian image; root with debootstrap can make one" >&2
        return 1
    fi
}

# Builds one image: build <engine> <options of its `build`...>
# The package index and the certificates of this machine go to the builder as secrets: they are in no layer.
build() (
    engine=$1
    shift
    secrets=$(mktemp -d)
    trap 'rm -rf "$secrets"' EXIT
    {
        index=$(python3 -m pip config get global.index-url 2>/dev/null || true)
        [ -z "$index" ] || printf 'PIP_INDEX_URL=%q\nUV_DEFAULT_INDEX=%q\n' "$index" "$index"
        for name in PIP_INDEX_URL UV_DEFAULT_INDEX; do
            [ -z "${!name:-}" ] || printf '%s=%q\n' "$name" "${!name}"
        done
    } > "$secrets/index.env"
    cat "${SSL_CERT_FILE:-/dev/null}" > "$secrets/ca.crt"
    "$engine" build --quiet --network host \
        --secret id=index.env,src="$secrets/index.env" --secret id=ca.crt,src="$secrets/ca.crt" "$@" .
)
