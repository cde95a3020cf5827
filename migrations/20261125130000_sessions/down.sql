DROP TABLE recovery_codes;
DROP TABLE totp_factors;
DROP TABLE failed_sign_ins;
DROP TABLE former_passwords;
DROP TABLE sessions;
