CREATE VIRTUAL TABLE `link_reference_names` USING fts5(names, content='', tokenize='unicode61 remove_diacritics 2');
