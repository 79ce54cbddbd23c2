# Certificates and the kubeconfig files that hold them. Sourced on the machines.
# shellcheck shell=bash
# network.sh sets the addresses
# shellcheck disable=SC2154

pki=/cluster/pki

new_authority() {
    mkdir -p "$pki"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365 -subj /CN=executor-cluster \
        -keyout "$pki/ca.key" -out "$pki/ca.crt" 2>/dev/null
    openssl genrsa -out "$pki/sa.key" 2048 2>/dev/null
    openssl rsa -in "$pki/sa.key" -pubout -out "$pki/sa.pub" 2>/dev/null
}

# new_certificate FILE SUBJECT [SUBJECT-ALTERNATIVE-NAMES]
new_certificate() {
    openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "$2" -keyout "$pki/$1.key" 2>/dev/null \
        | openssl x509 -req -days 365 -CA "$pki/ca.crt" -CAkey "$pki/ca.key" -set_serial "0x$(openssl rand -hex 8)" \
            -extfile <(printf 'extendedKeyUsage=clientAuth,serverAuth\n%s\n' "${3:+subjectAltName=$3}") -out "$pki/$1.crt" 2>/dev/null
}

# A certificate and a self-contained kubeconfig for it: new_kubeconfig NAME SUBJECT [SUBJECT-ALTERNATIVE-NAMES]
new_kubeconfig() {
    new_certificate "$@"
    cat >"$pki/$1.conf.new" <<END
apiVersion: v1
kind: Config
current-context: executor
contexts: [{name: executor, context: {cluster: executor, user: executor}}]
clusters:
- name: executor
  cluster: {server: "https://$control_address:6443", certificate-authority-data: $(base64 -w 0 "$pki/ca.crt")}
users:
- name: executor
  user: {client-certificate-data: $(base64 -w 0 "$pki/$1.crt"), client-key-data: $(base64 -w 0 "$pki/$1.key")}
END
    mv "$pki/$1.conf.new" "$pki/$1.conf"
}
