-- What an incoming message came as: WeChat brings voices, pictures, places and links, and says who follows the account.
ALTER TABLE incoming ADD COLUMN form text NOT NULL DEFAULT 'text';
