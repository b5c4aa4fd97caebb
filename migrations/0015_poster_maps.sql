CREATE TABLE `poster_maps` (
	`encoder_id` text NOT NULL,
	`preprocessing` text NOT NULL,
	`name` text NOT NULL,
	`points` blob NOT NULL,
	`clusters` text NOT NULL,
	PRIMARY KEY(`encoder_id`, `preprocessing`)
);
