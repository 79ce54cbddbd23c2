# Addresses and process identities that the cluster's scripts agree on. Sourced.
# shellcheck shell=bash

# One /16 for everything: machines below .0, services from .64, pods from .128, a /24 of pods for each node.
network=10.213
host_address=$network.0.254
control_address=$network.0.1
service_range=$network.64.0/18
service_address=$network.64.1
pod_range=$network.128.0/17

# The number of a node by its name, node1 upwards, makes its addresses.
node_address() { printf '%s.0.%d\n' "$network" $((10 + ${1#node})); }
node_pods() { printf '%s.%d.0/24\n' "$network" $((128 + ${1#node})); }

# A process and when it started, so that a number that was given to another process since is not mistaken for it.
start_time() {
    local stat fields
    read -r stat 2>/dev/null <"/proc/$1/stat" || return
    # The second field, the program's name in parentheses, may hold spaces.
    read -r -a fields <<<"${stat##*) }"
    printf '%d %d %s\n' "$1" "${fields[19]}" "$(</proc/sys/kernel/random/boot_id)"
}

# Prints the process number of a machine that runs: init_of STATE NAME
init_of() {
    local recorded pid
    recorded=$(cat "$1/$2/init" 2>/dev/null) || return
    pid=${recorded%% *}
    [[ $(start_time "$pid") == "$recorded" ]] || return
    printf '%d\n' "$pid"
}
