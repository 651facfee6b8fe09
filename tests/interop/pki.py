"""Keys and certificates for a run, made by the openssl program: independent of our own code."""
import subprocess
from pathlib import Path

KINDS = {
    "rsa": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
    "rsa4096": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:4096"],
    "p256": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
    "p384": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"],
    "ed25519": ["-algorithm", "ED25519"],
}


def openssl(*words: str) -> None:
    subprocess.run(["openssl", *words], check=True, capture_output=True)


class Pki:
    """A certification authority and one certificate a side, all of one kind."""

    def __init__(self, folder: Path, kind: str):
        folder.mkdir()
        self.folder = folder
        openssl("genpkey", *KINDS[kind], "-out", str(folder / "ca.key"))
        openssl("req", "-x509", "-new", "-key", str(folder / "ca.key"), "-subj", "/O=Interop/CN=ca", "-days", "2",
                "-addext", "keyUsage=critical,keyCertSign,cRLSign", "-out", str(folder / "ca.pem"))
        for name in ("a", "b"):
            openssl("genpkey", *KINDS[kind], "-out", str(folder / f"{name}.key"))
            openssl("req", "-new", "-key", str(folder / f"{name}.key"), "-subj", f"/O=Interop/CN={name}.test",
                    "-out", str(folder / f"{name}.csr"))
            (folder / "ext").write_text(f"subjectAltName=DNS:{name}.test,email:{name}@interop.test\nbasicConstraints=CA:FALSE\n")
            openssl("x509", "-req", "-in", str(folder / f"{name}.csr"), "-CA", str(folder / "ca.pem"), "-CAkey", str(folder / "ca.key"),
                    "-CAcreateserial", "-days", "2", "-extfile", str(folder / "ext"), "-out", str(folder / f"{name}.pem"))

    def ours(self) -> dict:
        return {"certificate": str(self.folder / "a.pem"), "key": str(self.folder / "a.key"), "ca": str(self.folder / "ca.pem")}

    def charons(self) -> dict:
        return {"x509": [self.folder / "b.pem"], "x509ca": [self.folder / "ca.pem"], "private": [self.folder / "b.key"]}

    def plutos(self) -> dict:
        """Its key comes in a PKCS #12 file."""
        path = self.folder / "b.p12"
        if not path.exists():
            openssl("pkcs12", "-export", "-inkey", str(self.folder / "b.key"), "-in", str(self.folder / "b.pem"), "-name", "b",
                    "-passout", "pass:interop", "-out", str(path))
        return {"p12": path, "ca": self.folder / "ca.pem"}
