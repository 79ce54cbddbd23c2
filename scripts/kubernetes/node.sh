# A node: containerd, kubelet, kube-proxy. Sourced by machine.
# shellcheck shell=bash
# network.sh and pki.sh set the rest
# shellcheck disable=SC2154

# shellcheck source=scripts/kubernetes/pki.sh
. /cluster/scripts/pki.sh

write_configuration() {
    local name=$1 home=/cluster/$1 snapshotter=overlayfs
    # An overlay's upper folder cannot lie on another overlay, as it would inside a container.
    [[ $(stat -f -c %T "$home") != overlayfs ]] || snapshotter=native
    mkdir -p "$home/cni"
    # Every pod hangs on a point-to-point link and all traffic is routed: services work without br_netfilter.
    cat >"$home/cni/10-executor.conflist" <<END
{"cniVersion": "0.4.0", "name": "executor", "plugins": [
  {"type": "ptp", "ipMasq": false, "ipam": {"type": "host-local", "dataDir": "/run/cni",
    "ranges": [[{"subnet": "$(node_pods "$name")"}]], "routes": [{"dst": "0.0.0.0/0"}]}},
  {"type": "portmap", "capabilities": {"portMappings": true}}]}
END
    # restrict_oom_score_adj: without CAP_SYS_RESOURCE, as in many containers, runc may not lower the score of a pod's processes.
    cat >"$home/containerd.toml" <<END
version = 2
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "localhost/pause:1"
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$home/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "$snapshotter"
END
    cat >"$home/kubelet.yaml" <<END
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: $pki/ca.crt}}
authorization: {mode: Webhook}
tlsCertFile: $pki/$name.crt
tlsPrivateKeyFile: $pki/$name.key
cgroupDriver: cgroupfs
cgroupRoot: /executor-cluster/$name
enforceNodeAllocatable: [pods]
failSwapOn: false
maxPods: 250
evictionHard: {memory.available: "200Mi", nodefs.available: "1%", imagefs.available: "1%"}
serializeImagePulls: false
resolvConf: /cluster/resolv.conf
nodeStatusUpdateFrequency: 2s
kubeAPIQPS: 100
kubeAPIBurst: 200
registryPullQPS: 0
eventRecordQPS: 0
END
}

# Two kubelets on one kernel: each keeps its pods below a cgroup of its own.
make_cgroups() {
    local hierarchy part file
    for hierarchy in /sys/fs/cgroup /sys/fs/cgroup/*; do
        [[ -e $hierarchy/cgroup.procs ]] || continue
        # Of version 2 there is one hierarchy, and what hands its controllers down lies in it.
        [[ ! -e /sys/fs/cgroup/cgroup.controllers || $hierarchy == /sys/fs/cgroup ]] || continue
        for part in "" /executor-cluster "/executor-cluster/$1"; do
            mkdir -p "$hierarchy$part"
            if [[ $hierarchy == /sys/fs/cgroup ]]; then
                sed 's/[^ ]*/+&/g' "$hierarchy$part/cgroup.controllers" >"$hierarchy$part/cgroup.subtree_control"
            fi
            # A cpuset of version 1 starts empty, and takes no process then.
            for file in cpuset.cpus cpuset.mems; do
                [[ -z $part || $hierarchy == /sys/fs/cgroup || ! -e $hierarchy$part/$file ]] \
                    || cat "$hierarchy/$file" >"$hierarchy$part/$file"
            done
        done
    done
}

load_pause_image() {
    await containerd ctr version
    ctr -n k8s.io images ls -q | grep -qx localhost/pause:1 || ctr -n k8s.io images import /usr/local/share/pause.tar
}

start_daemons() {
    local name=$1 home=/cluster/$1
    [[ -e $pki/$name.conf ]] || new_kubeconfig "$name" "/O=system:nodes/CN=system:node:$name" "DNS:$name,IP:$(node_address "$name")"
    write_configuration "$name"
    make_cgroups "$name"
    # What pods send out of the cluster comes from their node, as anywhere: whoever answers need not know a way to pods.
    iptables -w -t nat -A POSTROUTING -s "$(node_pods "$name")" ! -d "$pod_range" -j MASQUERADE
    daemon containerd containerd --config "$home/containerd.toml" &
    load_pause_image
    daemon kubelet kubelet --config="$home/kubelet.yaml" --kubeconfig="$pki/$name.conf" --hostname-override="$name" \
        --node-ip="$(node_address "$name")" \
        --container-runtime=remote --container-runtime-endpoint=unix:///run/containerd/containerd.sock &
    start_proxy "$name"
}
