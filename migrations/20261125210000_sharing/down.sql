DROP TABLE copy_files;
DROP TABLE copies;
DROP TABLE grant_uses;
DROP TABLE grant_certificates;
DROP TABLE grants;
DROP TABLE encryption_keys;
