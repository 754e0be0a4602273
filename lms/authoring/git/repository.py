"""One branch of a git repository, by path or address, through a bare copy in the instance folder."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from dulwich.client import get_transport_and_path
from dulwich.graph import can_fast_forward
from dulwich.object_store import commit_tree_changes, iter_tree_contents
from dulwich.objects import Blob, Commit, ObjectID, Tree
from dulwich.refs import Ref
from dulwich.repo import Repo

_FILE = 0o100644


class GitAway(Exception):
    """The repository cannot be reached or refuses; the message is the class of the error, without any address."""


class BranchMoved(GitAway):
    """Somebody pushed to the branch meanwhile."""


class GitRepository:
    """A branch of a repository. Commits and blobs are named by their ids as hexadecimal text."""

    def __init__(self, folder: Path, address: str, branch: str) -> None:
        self._address, self._ref = address, Ref(f"refs/heads/{branch}".encode())
        self._repo = Repo(str(folder)) if folder.exists() else Repo.init_bare(str(folder), mkdir=True)

    def close(self) -> None:
        """Closes the files of the copy."""
        self._repo.close()

    def fetch(self) -> str | None:
        """Brings what is new into the copy and returns the branch's commit; None where there is no such branch yet."""
        with _as_away():
            client, path = get_transport_and_path(self._address)
            refs = client.fetch(path, self._repo, determine_wants=cast("Any", self._missing)).refs
        found = refs.get(self._ref)
        return found.decode() if found else None

    def list_files(self, commit: str | None) -> dict[str, str]:
        """Returns the ids of a commit's files by path; none where there is no commit, or it is in no copy any more."""
        if commit is None or _id(commit) not in self._repo.object_store:
            return {}
        entries = iter_tree_contents(self._repo.object_store, self._commit(commit).tree)
        return {entry.path.decode("utf-8", "replace"): entry.sha.decode() for entry in entries if entry.path}

    def read_file(self, file_id: str) -> bytes:
        """Returns the bytes of a file."""
        return self._repo[_id(file_id)].as_raw_string()

    def has_ancestor(self, commit: str, ancestor: str) -> bool:
        """Returns whether a commit is another one or was made from it."""
        return _id(ancestor) in self._repo.object_store and can_fast_forward(self._repo, _id(ancestor), _id(commit))

    def message_of(self, commit: str) -> str:
        """Returns a commit's message."""
        return str(self._commit(commit).message.decode("utf-8", "replace"))

    def add_commit(
        self, parent: str | None, changes: Mapping[str, bytes | None], *, author: str, message: str, at: datetime
    ) -> str:
        """Adds a commit to the copy that changes files, or removes those without bytes; returns its id."""
        store = self._repo.object_store
        blobs = {path: Blob.from_string(data) for path, data in changes.items() if data is not None}
        store.add_objects([(blob, None) for blob in blobs.values()])
        tree = self._commit(parent).tree if parent else self._empty_tree()
        entries = [
            (path.encode(), _FILE if path in blobs else None, blobs[path].id if path in blobs else None)
            for path in changes
        ]
        commit = Commit()
        commit.tree = commit_tree_changes(store, tree, entries)
        commit.parents = [_id(parent)] if parent else []
        commit.author = commit.committer = author.encode()
        commit.author_time = commit.commit_time = int(at.timestamp())
        commit.author_timezone = commit.commit_timezone = 0
        commit.encoding = b"UTF-8"
        commit.message = message.encode()
        store.add_object(commit)
        return str(commit.id.decode())

    def push(self, new: str, old: str | None) -> None:
        """Moves the branch from one commit to another. Raises ``BranchMoved`` where it is no longer at the first."""

        def update(refs: dict[Ref, ObjectID]) -> dict[Ref, ObjectID]:
            if refs.get(self._ref) not in (_id(old) if old else None, _id(new)):
                raise BranchMoved
            return {self._ref: _id(new)}

        with _as_away():
            client, path = get_transport_and_path(self._address)
            result = client.send_pack(path.encode(), update, cast("Any", self._repo.generate_pack_data))
        if any((result.ref_status or {}).values()):
            raise BranchMoved

    def _missing(self, refs: Mapping[Ref, ObjectID], _depth: int | None = None) -> list[ObjectID]:
        found = refs.get(self._ref)
        return [found] if found and found not in self._repo.object_store else []

    def _commit(self, commit: str) -> Any:
        return self._repo[_id(commit)]

    def _empty_tree(self) -> ObjectID:
        tree = Tree()
        self._repo.object_store.add_object(tree)
        return tree.id


def _id(text: str) -> ObjectID:
    return ObjectID(text.encode())


def file_id(data: bytes) -> str:
    """Returns the id that git gives to a file with these bytes."""
    return str(Blob.from_string(data).id.decode())


@contextmanager
def _as_away() -> Iterator[None]:
    """Turns every error of the library, of the network and of the disk into one; their messages may hold a password."""
    try:
        yield
    except GitAway:
        raise
    except Exception as error:
        raise GitAway(type(error).__name__) from None
