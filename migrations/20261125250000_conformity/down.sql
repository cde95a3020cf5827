DROP TABLE conformity_rule_sets;
DROP TABLE conformity_runs;
DROP TABLE conformity_marks;
DROP TABLE conformity_tallies;
DROP TABLE conformity_checks;
DROP TABLE correction_requests;
DROP TABLE nonconformities;
