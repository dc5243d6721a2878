package main

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const (
	issuer = "https://ehr.example.org"
	base   = "https://cds.example.org"
)

// A signer signs tokens as an EHR does: RS384, with 2048 bits.
type signer struct {
	key    *rsa.PrivateKey
	folder string
	jwks   string // a file
	signed int
}

func newSigner() (*signer, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "load")
	if err != nil {
		return nil, err
	}
	s := &signer{key: key, folder: folder, jwks: filepath.Join(folder, "jwks.json")}
	encode := base64.RawURLEncoding.EncodeToString
	text := fmt.Sprintf(`{"keys":[{"kty":"RSA","kid":"k","alg":"RS384","use":"sig","n":%q,"e":%q}]}`, encode(key.N.Bytes()), encode(big.NewInt(int64(key.E)).Bytes()))
	return s, os.WriteFile(s.jwks, []byte(text), 0o600)
}

func (s *signer) close() { _ = os.RemoveAll(s.folder) }

// sign makes tokens beforehand, on all processors: to sign costs more than all that is measured.
func (s *signer) sign(path string, n int) []string {
	tokens := make([]string, n)
	now := time.Now()
	var workers sync.WaitGroup
	for w := range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for i := w; i < n; i += runtime.GOMAXPROCS(0) {
				token := jwt.NewWithClaims(jwt.SigningMethodRS384, jwt.MapClaims{
					"iss": issuer, "aud": base + path, "iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(), "jti": fmt.Sprint(s.signed + i),
				})
				token.Header["kid"] = "k"
				tokens[i], _ = token.SignedString(s.key) // a call with "" is refused, and seen
			}
		})
	}
	workers.Wait()
	s.signed += n
	return tokens
}
