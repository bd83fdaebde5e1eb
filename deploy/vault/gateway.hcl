# What the gateway may do with the Transit engine, and no more. Mount and names as in the settings.
path "transit/decrypt/workervoice-gateway-box" {
  capabilities = ["update"]
}
path "transit/hmac/workervoice-gateway-pepper" {
  capabilities = ["update"]
}
path "transit/hmac/workervoice-gateway-duplicates" {
  capabilities = ["update"]
}
