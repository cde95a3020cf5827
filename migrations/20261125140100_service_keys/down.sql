DROP TABLE service_nonces;
DROP TABLE service_keys;
