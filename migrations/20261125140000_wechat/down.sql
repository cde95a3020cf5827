DROP INDEX accounts_by_holder;
DROP TABLE bindings;
DROP TABLE wechat_users;
