"""Runs OpenStack Swift with its S3 API on free loopback ports: proxy, account, container, object and memcached.

Usage: swift.py DATA_FOLDER MEMCACHED_PROGRAM, with Swift's packages on PYTHONPATH. Prints the endpoint as one line of
JSON once it answers. It ends when its standard input does, so that a test run that dies takes it along, and takes all it
started and DATA_FOLDER with it.
"""

import ctypes
import errno
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time

sys.path.pop(0)  # This file's own folder, in which `import swift` would find this file.

import swift.common.storage_policy
import swift.common.utils
import swift.common.wsgi
import swift.obj.diskfile
from swift.common.ring import RingBuilder

PR_SET_PDEATHSIG = 1
READY_SECONDS = 60
SERVER = """
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
workers = 0
swift_dir = {data}
devices = {data}/devices
mount_check = false
disable_fallocate = true
fallocate_reserve = 0
log_level = ERROR
[pipeline:main]
pipeline = {pipeline}
[app:{name}-server]
use = egg:swift#{name}
"""
PROXY = """
account_autocreate = true
cors_allow_origin = *
strict_cors_mode = false
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:gatekeeper]
use = egg:swift#gatekeeper
[filter:proxy-logging]
use = egg:swift#proxy_logging
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:{memcached}
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
cors_preflight_allow_origin = *
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
[filter:bulk]
use = egg:swift#bulk
[filter:slo]
use = egg:swift#slo
[filter:dlo]
use = egg:swift#dlo
"""
PIPELINE = "catch_errors gatekeeper proxy-logging cache s3api tempauth bulk slo dlo proxy-server"


def main(data, memcached_program):
    ports = dict(zip(["proxy", "account", "container", "object", "memcached"], free_ports(5)))
    os.makedirs(os.path.join(data, "devices", "sda"))
    write_configuration(data, ports)
    keep_metadata_in_memory_without_xattrs(data)
    swift.common.utils.SWIFT_CONF_FILE = os.path.join(data, "swift.conf")
    swift.common.utils.validate_hash_conf()
    swift.common.storage_policy.reload_storage_policies()
    # Everything runs as whoever runs the tests, who may have no name in the user database.
    swift.common.wsgi.drop_privileges = lambda user: None
    command = [memcached_program, "-l", "127.0.0.1", "-p", str(ports["memcached"]), "-U", "0", "-u", "root"]
    children = [subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, preexec_fn=die_with_parent).pid]
    for name in ["account", "container", "object", "proxy"]:
        children.append(start(data, name))
    try:
        for name, port in ports.items():
            wait_for(name, port, children)
        print(json.dumps({"endpoint": "http://127.0.0.1:%d" % ports["proxy"]}), flush=True)
        sys.stdin.read()
    finally:
        for child in children:
            try:
                os.kill(child, signal.SIGKILL)
            except ProcessLookupError:
                pass
        shutil.rmtree(data, ignore_errors=True)


def free_ports(count):
    """Ports nobody listens on now; all are held until the last is known, so that none comes twice."""
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def write_configuration(data, ports):
    def write(name, text):
        with open(os.path.join(data, name), "w") as file:
            file.write(text)

    write("swift.conf", "[swift-hash]\nswift_hash_path_prefix = test\nswift_hash_path_suffix = test\n"
                        "[storage-policy:0]\nname = one\ndefault = yes\n")
    for name in ["account", "container", "object"]:
        write(name + ".conf", SERVER.format(name=name, port=ports[name], data=data, pipeline=name + "-server"))
        ring = RingBuilder(4, 1, 1)
        ring.add_dev({"id": 0, "region": 1, "zone": 1, "ip": "127.0.0.1", "port": ports[name], "device": "sda", "weight": 1.0,
                      "replication_ip": "127.0.0.1", "replication_port": ports[name], "meta": ""})
        ring.rebalance()
        ring.get_ring().save(os.path.join(data, name + ".ring.gz"))
    write("proxy.conf", SERVER.format(name="proxy", port=ports["proxy"], data=data, pipeline=PIPELINE)
          + PROXY.format(memcached=ports["memcached"]))


def keep_metadata_in_memory_without_xattrs(data):
    """Swift keeps metadata in extended attributes, which some container file systems lack; the one object server is one process."""
    probe = os.path.join(data, "probe")
    with open(probe, "w") as file:
        try:
            swift.obj.diskfile.xattr.setxattr(file.fileno(), b"user.swift.probe", b"1")
            return
        except OSError:
            pass
    kept = {}

    class Memory:
        @staticmethod
        def setxattr(file, name, value):
            kept[os.fstat(file).st_ino if isinstance(file, int) else os.stat(file).st_ino, name] = value

        @staticmethod
        def getxattr(file, name):
            try:
                return kept[os.fstat(file).st_ino if isinstance(file, int) else os.stat(file).st_ino, name]
            except KeyError:
                raise OSError(errno.ENODATA, "no such attribute")

    swift.obj.diskfile.xattr = Memory


def start(data, name):
    child = os.fork()
    if child:
        return child
    die_with_parent()
    os.close(0)
    os._exit(swift.common.wsgi.run_wsgi(os.path.join(data, name + ".conf"), name + "-server") or 0)


def die_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def wait_for(name, port, children):
    end = time.monotonic() + READY_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            ended = any(os.waitpid(child, os.WNOHANG)[0] for child in children)
            if ended or time.monotonic() > end:
                sys.exit("the %s server did not start" % name)
            time.sleep(0.02)


main(*sys.argv[1:])
