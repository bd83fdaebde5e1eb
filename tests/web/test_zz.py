import time, cProfile, pstats
from tests.house import build_house
def test_x(server, engine, tmp_path):
    build_house(server, tmp_path/"a", engine).close()
    t=time.time()
    p=cProfile.Profile(); p.enable()
    h=build_house(server, tmp_path/"b", engine)
    p.disable(); print(time.time()-t)
    t=time.time(); h.close(); print("close", time.time()-t)
    pstats.Stats(p).sort_stats("cumtime").print_stats(30)
    import psycopg
    t=time.time()
    name=h.urls["gateway"].split("?")[0].rsplit("/",1)[1]
    u=server.owner_url("postgres").replace("+psycopg","")
    with psycopg.connect(u, autocommit=True) as c:
        for i in range(3):
            t=time.time(); c.execute(f'create database t{i} template {name}'); print("tmpl", time.time()-t)
            t=time.time(); c.execute(f'create database u{i} template {name} strategy file_copy'); print("tmpl fc", time.time()-t)
            t=time.time(); c.execute(f'create database v{i}'); print("plain", time.time()-t)
            t=time.time(); c.execute(f'drop database v{i}'); print("drop", time.time()-t)
