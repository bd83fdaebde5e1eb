# What the courier may do with the Transit engine, and no more. Mount and names as in the settings.
path "transit/decrypt/workervoice-courier-box" {
  capabilities = ["update"]
}
