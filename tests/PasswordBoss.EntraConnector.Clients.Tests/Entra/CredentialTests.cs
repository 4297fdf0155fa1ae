using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using Microsoft.AspNetCore.WebUtilities;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Tests.Entra;

/// <summary>The credentials other than a client secret. Environment variables apply to the whole process, so these tests do not run in parallel.</summary>
[Trait("Speed", "Slow")]
public sealed class CredentialTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("entra-connector-test-").FullName;
    private readonly Dictionary<string, string?> variables = [];

    public void Dispose()
    {
        foreach (var (name, value) in variables)
            Environment.SetEnvironmentVariable(name, value);
        Directory.Delete(folder, true);
    }

    [Fact]
    public async Task A_stored_certificate_signs_an_assertion_that_can_be_verified()
    {
        using var certificate = Create();
        await using var entra = await EntraDouble.StartAsync();
        var connection = entra.Connection with { Credential = CredentialKind.Certificate };

        await VerifyAsync(entra, connection, new ConnectionSecrets { Certificate = certificate.Export(X509ContentType.Pkcs12) }, certificate);
    }

    [Theory]
    [InlineData("pfx", null)]
    [InlineData("pfx", "päss w0rd")]
    [InlineData("pem", null)]
    [InlineData("pem", "päss w0rd")]
    [InlineData("pem-with-text", null)]
    public async Task A_certificate_file_signs_in(string form, string? password)
    {
        using var certificate = Create();
        await using var entra = await EntraDouble.StartAsync();
        var path = Path.Combine(folder, "certificate é." + form);
        using var key = certificate.GetRSAPrivateKey()!;
        var pem = certificate.ExportCertificatePem() + "\n" + (password is null
            ? key.ExportPkcs8PrivateKeyPem()
            : key.ExportEncryptedPkcs8PrivateKeyPem(password, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)));
        if (form == "pfx")
            await File.WriteAllBytesAsync(path, certificate.Export(X509ContentType.Pkcs12, password));
        else
            await File.WriteAllTextAsync(path, (form == "pem" ? "" : "Bag Attributes\n    friendlyName: connector\n") + pem);
        var connection = entra.Connection with { Credential = CredentialKind.CertificatePath, CertificateReference = path };

        await VerifyAsync(entra, connection, new ConnectionSecrets { CertificatePassword = password }, certificate);
    }

    [Fact]
    public async Task A_certificate_in_the_user_store_signs_in()
    {
        using var created = Create();
        using var certificate = X509CertificateLoader.LoadPkcs12(created.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.PersistKeySet | X509KeyStorageFlags.Exportable);
        using var store = new X509Store(StoreName.My, StoreLocation.CurrentUser);
        store.Open(OpenFlags.ReadWrite);
        store.Add(certificate);
        try
        {
            await using var entra = await EntraDouble.StartAsync();
            var spaced = "\u200e" + string.Join(' ', certificate.Thumbprint.Chunk(2).Select(c => new string(c))).ToUpperInvariant();
            var connection = entra.Connection with { Credential = CredentialKind.CertificateThumbprint, CertificateReference = spaced };

            await VerifyAsync(entra, connection, new ConnectionSecrets(), certificate);
        }
        finally
        {
            store.Remove(certificate);
        }
    }

    public static TheoryData<string> BadCertificates => ["expired", "not-yet-valid", "no-key", "ecdsa", "wrong-password", "garbage", "missing", "folder", "not-in-store", "pem-without-key"];

    [Theory]
    [MemberData(nameof(BadCertificates))]
    public async Task An_unusable_certificate_is_refused_before_a_request(string fault)
    {
        await using var entra = await EntraDouble.StartAsync();
        var path = Path.Combine(folder, "certificate");
        var secrets = new ConnectionSecrets { CertificatePassword = "right" };
        switch (fault)
        {
            case "expired":
                await File.WriteAllBytesAsync(path, Create(-20, -1).Export(X509ContentType.Pkcs12, "right"));
                break;
            case "not-yet-valid":
                await File.WriteAllBytesAsync(path, Create(1, 20).Export(X509ContentType.Pkcs12, "right"));
                break;
            case "no-key":
                await File.WriteAllBytesAsync(path, X509CertificateLoader.LoadCertificate(Create().RawData).Export(X509ContentType.Pkcs12, "right"));
                break;
            case "ecdsa":
                await File.WriteAllBytesAsync(path, LoopbackTrust.SelfSigned.Export(X509ContentType.Pkcs12, "right"));
                break;
            case "wrong-password":
                await File.WriteAllBytesAsync(path, Create().Export(X509ContentType.Pkcs12, "other"));
                break;
            case "garbage":
                await File.WriteAllTextAsync(path, "0 this is no certificate");
                break;
            case "pem-without-key":
                await File.WriteAllTextAsync(path, Create().ExportCertificatePem());
                secrets = new ConnectionSecrets();
                break;
            case "folder":
                Directory.CreateDirectory(path);
                break;
        }

        var connection = fault == "not-in-store"
            ? entra.Connection with { Credential = CredentialKind.CertificateThumbprint, CertificateReference = new string('A', 40) }
            : entra.Connection with { Credential = CredentialKind.CertificatePath, CertificateReference = path };
        using var reader = EntraDouble.Open(connection, secrets);

        var error = await Assert.ThrowsAsync<ConnectorException>(() => reader.SignInAsync(default));

        Assert.Equal(ErrorId.CertificateNotUsable, error.Id);
        Assert.Equal(connection.CertificateReference, error.Target);
        Assert.DoesNotContain("Certificate_", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("right", error.ToString(), StringComparison.Ordinal);
        SignInTests.AssertClean(error);
        Assert.Empty(entra.Server.Requests);
    }

    [Fact]
    public async Task Environment_variables_sign_in_to_the_host_and_tenant_of_the_connection()
    {
        await using var entra = await EntraDouble.StartAsync();
        Set("AZURE_TENANT_ID", "33333333-3333-3333-3333-333333333333");
        Set("AZURE_CLIENT_ID", entra.Connection.ClientId);
        Set("AZURE_CLIENT_SECRET", EntraDouble.Secret);
        Set("AZURE_CLIENT_CERTIFICATE_PATH", null);
        Set("AZURE_AUTHORITY_HOST", "https://login.elsewhere.example/");
        using var reader = EntraDouble.Open(entra.Connection with { Credential = CredentialKind.EnvironmentVariable, ClientId = "" }, new ConnectionSecrets());

        Assert.Equal(entra.Connection.TenantId, (await reader.SignInAsync(default)).TenantId);
    }

    [Fact]
    public async Task A_certificate_named_by_environment_variables_signs_in()
    {
        using var certificate = Create();
        await using var entra = await EntraDouble.StartAsync();
        var path = Path.Combine(folder, "certificate.pem");
        using var key = certificate.GetRSAPrivateKey()!;
        await File.WriteAllTextAsync(path, certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem());
        Set("AZURE_TENANT_ID", entra.Connection.TenantId);
        Set("AZURE_CLIENT_ID", entra.Connection.ClientId);
        Set("AZURE_CLIENT_SECRET", null);
        Set("AZURE_CLIENT_CERTIFICATE_PATH", path);

        await VerifyAsync(entra, entra.Connection with { Credential = CredentialKind.EnvironmentVariable }, new ConnectionSecrets(), certificate);
    }

    [Fact]
    public async Task Missing_environment_variables_are_reported()
    {
        await using var entra = await EntraDouble.StartAsync();
        foreach (var name in new[] { "AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_FEDERATED_TOKEN_FILE" })
            Set(name, null);
        using var reader = EntraDouble.Open(entra.Connection with { Credential = CredentialKind.EnvironmentVariable }, new ConnectionSecrets());

        var error = await Assert.ThrowsAsync<ConnectorException>(() => reader.SignInAsync(default));

        Assert.Equal(ErrorId.CredentialUnavailable, error.Id);
        Assert.Contains("AZURE_FEDERATED_TOKEN_FILE", error.Message, StringComparison.Ordinal);
        Assert.Contains("AZURE_CLIENT_SECRET", error.Recommendation.Render(), StringComparison.Ordinal);
        SignInTests.AssertClean(error);
        Assert.Empty(entra.Server.Requests);
    }

    [Fact]
    public async Task A_federated_token_named_by_environment_variables_is_exchanged()
    {
        await using var entra = await EntraDouble.StartAsync();
        var path = Path.Combine(folder, "federated token");
        await File.WriteAllTextAsync(path, "token.of.kubernetes");
        foreach (var name in new[] { "AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_TENANT_ID" })
            Set(name, null);
        Set("AZURE_CLIENT_ID", entra.Connection.ClientId);
        Set("AZURE_FEDERATED_TOKEN_FILE", path);
        string? assertion = null;
        entra.OnAssertion = a => assertion = a;
        var connection = entra.Connection with { Credential = CredentialKind.EnvironmentVariable, ClientId = "" };
        using (var reader = EntraDouble.Open(connection, new ConnectionSecrets()))
            Assert.Equal(entra.Connection.TenantId, (await reader.SignInAsync(default)).TenantId);
        Assert.Equal("token.of.kubernetes", assertion);

        File.Delete(path);
        using var without = EntraDouble.Open(connection, new ConnectionSecrets());
        var error = await Assert.ThrowsAsync<ConnectorException>(() => without.SignInAsync(default));
        Assert.Equal(ErrorId.CredentialUnavailable, error.Id);
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_expired_certificate_named_by_environment_variables_is_refused()
    {
        await using var entra = await EntraDouble.StartAsync();
        var path = Path.Combine(folder, "certificate.pfx");
        await File.WriteAllBytesAsync(path, Create(-20, -1).Export(X509ContentType.Pkcs12, "päss"));
        Set("AZURE_CLIENT_SECRET", null);
        Set("AZURE_CLIENT_ID", entra.Connection.ClientId);
        Set("AZURE_CLIENT_CERTIFICATE_PATH", path);
        Set("AZURE_CLIENT_CERTIFICATE_PASSWORD", "päss");
        using var reader = EntraDouble.Open(entra.Connection with { Credential = CredentialKind.EnvironmentVariable }, new ConnectionSecrets());

        var error = await Assert.ThrowsAsync<ConnectorException>(() => reader.SignInAsync(default));

        Assert.Equal(ErrorId.CertificateNotUsable, error.Id);
        Assert.Contains("expired", error.Message, StringComparison.Ordinal);
        Assert.Empty(entra.Server.Requests);
    }

    [Fact]
    public async Task A_managed_identity_requests_a_token_for_Graph()
    {
        await using var entra = await EntraDouble.StartAsync();
        var given = true;
        await using var identity = await LoopbackServer.StartAsync(c => given
            ? LoopbackServer.JsonAsync(c, new JsonObject
            {
                ["access_token"] = "identity-token",
                ["resource"] = "https://graph.microsoft.com",
                ["token_type"] = "Bearer",
                ["client_id"] = entra.Connection.ClientId,
                ["expires_on"] = DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture),
            }.ToJsonString())
            : LoopbackServer.JsonAsync(c, """{"statusCode":400,"message":"No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId."}""", 400));
        // The endpoint of App Service (https://learn.microsoft.com/azure/app-service/overview-managed-identity, "REST endpoint reference").
        Set("IDENTITY_ENDPOINT", new Uri(identity.Address, "msi/token").AbsoluteUri);
        Set("IDENTITY_HEADER", "proof-of-place");
        Set("AZURE_POD_IDENTITY_AUTHORITY_HOST", null);
        var connection = entra.Connection with { Credential = CredentialKind.ManagedIdentity };
        using (var reader = EntraDouble.Open(connection, new ConnectionSecrets()))
            Assert.InRange((await reader.SignInAsync(default)).ExpiresOn, DateTimeOffset.UtcNow.AddMinutes(55), DateTimeOffset.UtcNow.AddMinutes(61));

        var asked = Assert.Single(identity.Requests);
        Assert.Contains("resource=https://graph.microsoft.com", Uri.UnescapeDataString(asked.PathAndQuery), StringComparison.Ordinal);
        Assert.Contains("client_id=" + connection.ClientId, asked.PathAndQuery, StringComparison.Ordinal);
        Assert.Equal("proof-of-place", asked.Header("X-IDENTITY-HEADER"));
        Assert.Empty(entra.TokenRequests);

        given = false;
        using var refused = EntraDouble.Open(connection with { ClientId = Guid.NewGuid().ToString() }, new ConnectionSecrets());
        var error = await Assert.ThrowsAsync<ConnectorException>(() => refused.SignInAsync(default));
        Assert.Equal(ErrorId.CredentialUnavailable, error.Id);
        SignInTests.AssertClean(error);
    }

    private static async Task VerifyAsync(EntraDouble entra, ConnectionSettings connection, ConnectionSecrets secrets, X509Certificate2 certificate)
    {
        string? assertion = null;
        entra.OnAssertion = a => assertion = a;
        using var reader = EntraDouble.Open(connection, secrets);

        Assert.NotNull((await reader.SignInAsync(default)).TenantId);

        // https://learn.microsoft.com/entra/identity-platform/certificate-credentials
        var parts = assertion!.Split('.');
        var header = JsonNode.Parse(Base64UrlTextEncoder.Decode(parts[0]))!;
        var claims = JsonNode.Parse(Base64UrlTextEncoder.Decode(parts[1]))!;
        using var key = certificate.GetRSAPublicKey()!;
        Assert.Equal("PS256", (string?)header["alg"]);
        Assert.Equal(Base64UrlTextEncoder.Encode(certificate.GetCertHash(HashAlgorithmName.SHA256)), (string?)header["x5t#S256"]);
        Assert.True(key.VerifyData(Encoding.ASCII.GetBytes(parts[0] + "." + parts[1]), Base64UrlTextEncoder.Decode(parts[2]), HashAlgorithmName.SHA256, RSASignaturePadding.Pss));
        Assert.Equal(new Uri(entra.Server.Address, connection.TenantId + "/oauth2/v2.0/token").AbsoluteUri, (string?)claims["aud"]);
        Assert.Equal(entra.Connection.ClientId, (string?)claims["iss"]);
        Assert.Equal(entra.Connection.ClientId, (string?)claims["sub"]);
        Assert.False(string.IsNullOrEmpty((string?)claims["jti"]));
        Assert.InRange(Seconds(claims["exp"]!) - Seconds(claims["nbf"]!), 1, 600);
        Assert.Single(entra.TokenRequests);

        static long Seconds(JsonNode claim) => long.Parse(claim.ToString(), System.Globalization.CultureInfo.InvariantCulture);
    }

    private static X509Certificate2 Create(int fromDays = -1, int toDays = 30)
    {
        using var key = RSA.Create(2048);
        return new CertificateRequest("CN=Password Boss Connector", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(fromDays), DateTimeOffset.UtcNow.AddDays(toDays));
    }

    private void Set(string name, string? value)
    {
        variables.TryAdd(name, Environment.GetEnvironmentVariable(name));
        Environment.SetEnvironmentVariable(name, value);
    }
}
