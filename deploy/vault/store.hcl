# What `workervoice keys store` needs, once: bring keys in, and try them. Not for a process.
path "transit/wrapping_key" {
  capabilities = ["read"]
}
path "transit/keys/workervoice-*" {
  capabilities = ["create", "read", "update"]
}
path "transit/+/workervoice-*" {
  capabilities = ["create", "update"]
}
