using System;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Clients.Entra;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.TenantHost;

namespace PasswordBoss.EntraConnector.Clients.Tests.Entra;

/// <summary>Sign-ins at a host that checks the signature, claims and times of each assertion, and returns Microsoft's errors.</summary>
[Trait("Speed", "Slow")]
public sealed class AssertionTests : IAsyncLifetime, IDisposable
{
    private const string ClientId = "22222222-2222-2222-2222-222222222222";
    private readonly Tenant tenant = new();
    private readonly X509Certificate2 certificate = Create();
    private readonly JsonArray keys = [];
    private TenantServer server = null!;

    public async Task InitializeAsync()
    {
        tenant.Applications["object"] = new JsonObject
        {
            ["id"] = "object",
            ["appId"] = ClientId,
            ["displayName"] = "Password Boss Connector",
            ["keyCredentials"] = keys,
            ["passwordCredentials"] = new JsonArray(),
        };
        tenant.ServicePrincipals["principal"] = new JsonObject { ["id"] = "principal", ["appId"] = ClientId };
        server = await TenantServer.StartAsync(tenant, LoopbackTrust.Available ? LoopbackTrust.Trusted : null);
    }

    public async Task DisposeAsync() => await server.DisposeAsync();

    public void Dispose() => certificate.Dispose();

    [Fact]
    public async Task Each_accepted_assertion_has_its_own_ID()
    {
        Register(certificate);

        for (var i = 0; i < 2; i++)
        {
            var facts = await SignInAsync();
            Assert.Equal(tenant.Id, facts.TenantId);
            Assert.Equal(certificate.NotAfter.ToUniversalTime(), facts.CertificateExpires!.Value.UtcDateTime);
        }

        Assert.Empty(tenant.Violations);
    }

    [Fact]
    public async Task A_certificate_that_was_not_uploaded_is_rejected()
    {
        using var other = Create();
        Register(other);

        var error = await Assert.ThrowsAsync<ConnectorException>(SignInAsync);

        Assert.Equal(ErrorId.CertificateRejected, error.Id);
        Assert.Contains("AADSTS700027", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_cannot_sign_is_not_reported_as_a_refusal_by_Microsoft()
    {
        // Too short for PSS with SHA-256. On Windows, keys of older providers and keys that the user may only open cannot sign, either.
        using var tooShort = Create(512);
        using var reader = Open(CredentialKind.Certificate, new ConnectionSecrets { Certificate = tooShort.Export(X509ContentType.Pkcs12) });

        var error = await Assert.ThrowsAsync<ConnectorException>(() => reader.SignInAsync(default));

        Assert.Equal(ErrorId.CertificateNotUsable, error.Id);
        Assert.Contains("PSS", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-26, "26 hours", "ahead")]
    [InlineData(3, "3 hours", "behind")]
    public async Task A_wrong_clock_is_measured_and_reported(int hours, string length, string direction)
    {
        Register(certificate);
        tenant.ClockOffset = TimeSpan.FromHours(hours) + TimeSpan.FromSeconds(hours > 0 ? 2 : -2);

        var error = await Assert.ThrowsAsync<ConnectorException>(SignInAsync);

        Assert.Equal(ErrorId.ClockWrong, error.Id);
        Assert.Contains(length, error.Message, StringComparison.Ordinal);
        Assert.Contains(direction, error.Message, StringComparison.Ordinal);
        Assert.Contains("w32tm", error.Recommendation.Render(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_expiry_of_a_secret_is_read_if_the_application_can_read_its_registration()
    {
        const string secret = "Ab1~secret";
        var soon = DateTimeOffset.UtcNow.AddDays(20);
        tenant.Secrets.Add((ClientId, secret, soon));
        tenant.Applications["object"]["passwordCredentials"] = new JsonArray(Hint("Ab1", soon), Hint("Ab1", DateTimeOffset.UtcNow.AddDays(-1)), Hint("Xy9", DateTimeOffset.UtcNow.AddDays(2)));

        Assert.Null(await ExpiryAsync());
        tenant.Assignments.Add(new JsonObject { ["principalId"] = "principal", ["appRoleId"] = Tenant.Roles["Application.Read.All"] });
        Assert.Equal(soon.UtcDateTime, (await ExpiryAsync())!.Value.UtcDateTime, TimeSpan.FromSeconds(1));
        Assert.Empty(tenant.Violations);

        async Task<DateTimeOffset?> ExpiryAsync()
        {
            using var reader = Open(CredentialKind.ClientSecret, new ConnectionSecrets { ClientSecret = secret });
            return await reader.FindCredentialExpiryAsync(default);
        }

        static JsonObject Hint(string hint, DateTimeOffset ends) => new() { ["hint"] = hint, ["endDateTime"] = ends.UtcDateTime.ToString("o"), ["keyId"] = Guid.NewGuid().ToString() };
    }

    private async Task<Ports.SignInFacts> SignInAsync()
    {
        using var reader = Open(CredentialKind.Certificate, new ConnectionSecrets { Certificate = certificate.Export(X509ContentType.Pkcs12) });
        return await reader.SignInAsync(default);
    }

    private GraphDirectoryReader Open(CredentialKind kind, ConnectionSecrets secrets)
    {
        var connection = TestConnections.To(server.Authority, server.Graph, server.Authority) with { ClientId = ClientId, Credential = kind };
        return TestConnections.OpenReader(connection, secrets);
    }

    private void Register(X509Certificate2 known) => keys.Add(new JsonObject { ["keyId"] = Guid.NewGuid().ToString(), ["key"] = Convert.ToBase64String(known.RawData) });

    private static X509Certificate2 Create(int size = 2048)
    {
        using var key = RSA.Create(size);
        return new CertificateRequest("CN=Password Boss Connector", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-3), DateTimeOffset.UtcNow.AddDays(30));
    }
}
