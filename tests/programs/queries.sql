select a.id, b.name, count(*) as n, case when a.x > 5 then 'big' else 'small' end as size from alpha a left join beta b on a.id = b.alpha_id where a.created between '2020-01-01' and '2021-01-01' and b.name in ('x','y','z') group by a.id, b.name having count(*) > 2 order by n desc limit 10;
insert into t (a,b,c) values (1,'two',3.0),(4,'five',6.0); -- comment
create table foo (id integer primary key, name varchar(20) not null default '', /* c */ constraint q unique(name));
update foo set name = upper(name), id = (select max(id)+1 from bar) where id = 3;
