-- After a change of PSA companies are looked up by what the earlier one called them.
create index company_links_plain_name on company_links (connection_id, lower(btrim(regexp_replace(name, '\s+', ' ', 'g'))));
