# The control plane: etcd, the API server, the controllers, the scheduler. Sourced by machine.
# shellcheck shell=bash
# network.sh and pki.sh set the rest
# shellcheck disable=SC2154

# shellcheck source=scripts/kubernetes/pki.sh
. /cluster/scripts/pki.sh

start_daemons() {
    if [[ ! -e $pki/admin.conf ]]; then
        new_authority
        new_certificate apiserver /CN=kube-apiserver "DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:localhost,IP:127.0.0.1,IP:$control_address,IP:$service_address"
        new_kubeconfig kube-controller-manager /CN=system:kube-controller-manager
        new_kubeconfig kube-scheduler /CN=system:kube-scheduler
        new_kubeconfig kube-proxy /CN=system:kube-proxy
        new_kubeconfig admin /O=system:masters/CN=admin
    fi
    daemon etcd etcd --data-dir /cluster/control/etcd --unsafe-no-fsync --log-level warn --logger zap \
        --listen-client-urls http://127.0.0.1:2379 --advertise-client-urls http://127.0.0.1:2379 \
        --listen-peer-urls http://127.0.0.1:2380 &
    daemon kube-apiserver kube-apiserver --etcd-servers=http://127.0.0.1:2379 --bind-address=0.0.0.0 --secure-port=6443 \
        --advertise-address="$control_address" --service-cluster-ip-range="$service_range" \
        --tls-cert-file="$pki/apiserver.crt" --tls-private-key-file="$pki/apiserver.key" --client-ca-file="$pki/ca.crt" \
        --service-account-issuer=https://kubernetes.default.svc \
        --service-account-key-file="$pki/sa.pub" --service-account-signing-key-file="$pki/sa.key" \
        --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction --allow-privileged=true \
        --kubelet-certificate-authority="$pki/ca.crt" \
        --kubelet-client-certificate="$pki/admin.crt" --kubelet-client-key="$pki/admin.key" \
        --kubelet-preferred-address-types=InternalIP \
        --requestheader-client-ca-file="$pki/ca.crt" --requestheader-allowed-names= \
        --requestheader-username-headers=X-Remote-User --requestheader-group-headers=X-Remote-Group \
        --requestheader-extra-headers-prefix=X-Remote-Extra- \
        --proxy-client-cert-file="$pki/admin.crt" --proxy-client-key-file="$pki/admin.key" \
        --feature-gates=TTLAfterFinished=true --profiling=false &
    # Nodes that are gone are noticed after 10 s instead of 40 s: the tests of a lost node wait for it.
    daemon kube-controller-manager kube-controller-manager --kubeconfig="$pki/kube-controller-manager.conf" --leader-elect=false \
        --service-account-private-key-file="$pki/sa.key" --root-ca-file="$pki/ca.crt" --use-service-account-credentials=true \
        --cluster-signing-cert-file="$pki/ca.crt" --cluster-signing-key-file="$pki/ca.key" \
        --node-monitor-grace-period=10s --node-monitor-period=2s \
        --feature-gates=TTLAfterFinished=true --kube-api-qps=200 --kube-api-burst=400 &
    daemon kube-scheduler kube-scheduler --kubeconfig="$pki/kube-scheduler.conf" --leader-elect=false \
        --kube-api-qps=200 --kube-api-burst=400 &
    # The host and the API server itself reach services through here, whatever becomes of the nodes.
    start_proxy control
}
