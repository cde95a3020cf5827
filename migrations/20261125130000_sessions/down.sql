DROP TABLE failed_sign_ins;
DROP TABLE former_passwords;
DROP TABLE sessions;
