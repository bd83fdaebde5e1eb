-- Run once by the superuser of an empty database: the owner of the tables, who is none, and the user
-- of backups, who reads all rows and changes nothing. Their passwords are in files of their own.
\set owner_password `cat /run/secrets/owner_password`
\set backup_password `cat /run/secrets/backup_password`
CREATE ROLE workervoice_owner LOGIN CREATEROLE PASSWORD :'owner_password';
CREATE ROLE workervoice_backup LOGIN BYPASSRLS PASSWORD :'backup_password';
GRANT pg_read_all_data TO workervoice_backup;
CREATE DATABASE workervoice OWNER workervoice_owner;
