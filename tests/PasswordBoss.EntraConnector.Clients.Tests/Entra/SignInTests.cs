using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Linq;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Clients.Entra;
using PasswordBoss.EntraConnector.Clients.Http;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Tests.Entra;

[Trait("Speed", "Slow")]
public sealed class SignInTests
{
    [Fact]
    public async Task The_sign_in_returns_the_claims_of_the_token()
    {
        await using var entra = await EntraDouble.StartAsync();
        using var reader = entra.Open();

        var facts = await reader.SignInAsync(default);

        Assert.Equal(entra.Connection.TenantId, facts.TenantId);
        Assert.Equal(entra.Connection.ClientId, facts.ClientId);
        Assert.Equal(["GroupMember.Read.All", "User.Read.All"], facts.Roles);
        Assert.InRange(facts.ExpiresOn, DateTimeOffset.UtcNow.AddMinutes(55), DateTimeOffset.UtcNow.AddMinutes(61));
    }

    [Fact]
    public async Task A_token_without_consent_has_no_roles_and_is_accepted()
    {
        await using var entra = await EntraDouble.StartAsync();
        entra.Roles = [];
        using var reader = entra.Open();

        Assert.Empty((await reader.SignInAsync(default)).Roles!);
    }

    [Theory]
    [InlineData("opaque-token")]
    [InlineData("not.b.token")]
    [InlineData("a.WzFd.c")]
    public async Task An_opaque_token_is_accepted(string token)
    {
        await using var entra = await EntraDouble.StartAsync();
        entra.OnSignIn = async (c, _) =>
        {
            await LoopbackServer.JsonAsync(c, $$"""{"token_type":"Bearer","expires_in":3599,"access_token":"{{token}}"}""");
            return true;
        };
        using var reader = entra.Open();

        var facts = await reader.SignInAsync(default);

        Assert.Null(facts.TenantId);
        Assert.Null(facts.ClientId);
        Assert.Null(facts.Roles);
    }

    [Fact]
    public async Task One_token_serves_many_requests()
    {
        await using var entra = await EntraDouble.StartAsync();
        var group = entra.AddGroup("A");
        using var reader = entra.Open();

        await reader.SignInAsync(default);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => reader.FindGroupsAsync(group, default)));

        Assert.Single(entra.TokenRequests);
        Assert.Equal(8, entra.GraphRequests.Count);
    }

    [Fact]
    public async Task A_short_lived_token_serves_more_than_one_request()
    {
        await using var entra = await EntraDouble.StartAsync();
        entra.TokenSeconds = 240;
        var group = entra.AddGroup("A");
        using var reader = entra.Open();

        for (var i = 0; i < 3; i++)
            await reader.FindGroupsAsync(group, default);

        Assert.Single(entra.TokenRequests);
    }

    [Fact]
    public async Task A_revoked_token_is_replaced_once()
    {
        await using var entra = await EntraDouble.StartAsync();
        var group = entra.AddGroup("A");
        using var reader = entra.Open();
        await reader.FindGroupsAsync(group, default);

        entra.RevokeTokens();

        Assert.Single(await reader.FindGroupsAsync(group, default));
        Assert.Equal(2, entra.TokenRequests.Count);
    }

    [Fact]
    public async Task A_fresh_token_that_is_refused_is_not_replaced()
    {
        await using var entra = await EntraDouble.StartAsync();
        entra.OnGraph = c => EntraDouble.RefuseAsync(c, 401, "InvalidAuthenticationToken");
        using var reader = entra.Open();

        var error = await Assert.ThrowsAsync<ConnectorException>(() => reader.FindGroupsAsync("A", default));

        Assert.Equal(ErrorId.GraphUnauthorized, error.Id);
        Assert.Contains("InvalidAuthenticationToken", error.Message, StringComparison.Ordinal);
        Assert.Contains("abc-123", error.Message, StringComparison.Ordinal);
        Assert.Single(entra.TokenRequests);
        Assert.Single(entra.GraphRequests);
    }

    /// <summary>Status, error, code, Microsoft's description, and the resulting error.</summary>
    public static TheoryData<int, string, int, string, ErrorId> Refusals => new()
    {
        { 400, "invalid_request", 50059, "No tenant-identifying information found in either the request or implied by any provided credentials.", ErrorId.TenantUnknown },
        { 400, "invalid_request", 90002, "Tenant '11111111-1111-1111-1111-111111111111' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.", ErrorId.TenantUnknown },
        { 400, "invalid_request", 900023, "Specified tenant identifier 'nonsense' is neither a valid DNS name, nor a valid external domain.", ErrorId.TenantUnknown },
        { 400, "invalid_request", 90038, "The specified tenant 'contoso' belongs to the National Cloud 'Fairfax'. Current cloud instance 'Global' does not federate with Fairfax.", ErrorId.CloudMismatch },
        { 400, "invalid_request", 90051, "The national cloud identifier contains an invalid cloud identifier.", ErrorId.CloudMismatch },
        { 400, "invalid_resource", 500011, "The resource principal named https://graph.microsoft.us was not found in the tenant named Contoso.", ErrorId.CloudMismatch },
        { 400, "invalid_request", 900382, "Confidential Client is not supported in Cross Cloud request.", ErrorId.CloudMismatch },
        { 400, "invalid_request", 900432, "Confidential Client is not supported in Cross Cloud request.", ErrorId.CloudMismatch },
        { 400, "unauthorized_client", 700011, "Application with identifier '22222222-2222-2222-2222-222222222222' was not found in the directory.", ErrorId.ApplicationUnknown },
        { 400, "unauthorized_client", 700016, "Application with identifier '22222222-2222-2222-2222-222222222222' was not found in the directory 'Contoso'.", ErrorId.ApplicationUnknown },
        { 400, "unauthorized_client", 70001, "The application named X was not found in the tenant named Y.", ErrorId.ApplicationDisabled },
        { 400, "unauthorized_client", 1000031, "Application Password Boss Connector cannot be accessed at this time. Contact your administrator.", ErrorId.ApplicationDisabled },
        { 400, "unauthorized_client", 7000112, "Application '22222222-2222-2222-2222-222222222222'(Password Boss Connector) is disabled.", ErrorId.ApplicationDisabled },
        { 401, "invalid_client", 70002, "Error validating credentials. Invalid client secret is provided.", ErrorId.SecretWrong },
        { 401, "invalid_client", 7000215, "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '22222222-2222-2222-2222-222222222222'.", ErrorId.SecretWrong },
        { 401, "invalid_client", 7000222, "The provided client secret keys for app '22222222-2222-2222-2222-222222222222' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret.", ErrorId.SecretExpired },
        { 401, "invalid_client", 50012, "Authentication failed. Client assertion contains an invalid signature.", ErrorId.CertificateRejected },
        { 401, "invalid_client", 700027, "The certificate with identifier used to sign the client assertion is not registered on application. [Reason - The key was not found.]", ErrorId.CertificateRejected },
        { 401, "invalid_client", 700030, "Invalid certificate - subject name in certificate is not authorized.", ErrorId.CertificateRejected },
        { 401, "invalid_client", 1000502, "The provided certificate is not within its specified validity period.", ErrorId.CertificateRejected },
        { 401, "invalid_client", 7000213, "Invalid certificate chain.", ErrorId.CertificateRejected },
        { 401, "invalid_grant", 500133, "Assertion is not within its valid time range.", ErrorId.ClockWrong },
        { 401, "invalid_client", 700024, "Client assertion is not within its valid time range.", ErrorId.ClockWrong },
        { 400, "invalid_request", 70021, "No matching federated identity record found for presented assertion.", ErrorId.FederationRejected },
        { 401, "invalid_client", 700211, "No matching federated identity record found for presented assertion issuer 'https://issuer.example'.", ErrorId.FederationRejected },
        { 401, "invalid_client", 700212, "No matching federated identity record found for presented assertion audience 'api://other'.", ErrorId.FederationRejected },
        { 401, "invalid_client", 700213, "No matching federated identity record found for presented assertion subject 'system:serviceaccount:a:b'.", ErrorId.FederationRejected },
        { 400, "invalid_request", 700229, "Only app-only tokens can be used as Federated Identity Credentials for Microsoft Entra issuer.", ErrorId.FederationRejected },
        { 401, "invalid_client", 7002138, "No matching federated identity record found for presented assertion subject 'Repo:a/b'. The subject matches with case-insensitive comparison, but not with case-sensitive comparison.", ErrorId.FederationRejected },
        { 400, "access_denied", 50002, "Sign-in failed because of a restricted proxy access on the tenant.", ErrorId.AccessBlocked },
        { 400, "access_denied", 500021, "Access to 'Contoso' tenant is denied.", ErrorId.AccessBlocked },
        { 400, "access_denied", 500022, "Access to 'Contoso' tenant is denied.", ErrorId.AccessBlocked },
        { 400, "access_denied", 53003, "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.", ErrorId.AccessBlocked },
        { 400, "access_denied", 530032, "The tenant admin has configured a security policy that blocks this request.", ErrorId.AccessBlocked },
        { 400, "access_denied", 530035, "Access has been blocked by security defaults.", ErrorId.AccessBlocked },
        { 400, "invalid_grant", 65001, "The user or administrator has not consented to use the application with ID '22222222-2222-2222-2222-222222222222'.", ErrorId.ConsentMissing },
        { 400, "invalid_grant", 90008, "The user or administrator has not consented to use the application.", ErrorId.ConsentMissing },
        { 400, "access_denied", 90094, "Administrator consent is required.", ErrorId.ConsentMissing },
        { 400, "access_denied", 90095, "Administrator consent is required; it was asked for.", ErrorId.ConsentMissing },
        { 400, "access_denied", 90099, "The application '22222222-2222-2222-2222-222222222222' has not been authorized in the tenant '11111111-1111-1111-1111-111111111111'.", ErrorId.ConsentMissing },
        { 400, "invalid_client", 650056, "Misconfigured application. The admin has not consented in the tenant.", ErrorId.ConsentMissing },
        { 400, "invalid_request", 50196, "The server terminated an operation because it encountered a client request loop.", ErrorId.SignInUnreachable },
        { 400, "invalid_request", 90006, "The service is temporarily unavailable.", ErrorId.SignInUnreachable },
        { 400, "invalid_request", 90012, "The request has timed out.", ErrorId.SignInUnreachable },
        { 400, "invalid_request", 90024, "A transient error has occurred. Please try again.", ErrorId.SignInUnreachable },
        { 400, "invalid_request", 90033, "A transient error has occurred. Please try again.", ErrorId.SignInUnreachable },
        { 400, "invalid_request", 90055, "There are too many incoming requests.", ErrorId.SignInUnreachable },
        { 400, "invalid_request", 90090, "The service is temporarily unavailable.", ErrorId.SignInUnreachable },
        // An unknown code is reported unchanged.
        { 400, "invalid_request", 9002313, "Invalid request. Request is malformed or invalid.", ErrorId.SignInFailed },
    };

    [Fact]
    public void The_table_contains_every_handled_code() =>
        Assert.Equal(SignInCodes.Known.OrderBy(c => c.Key), Refusals.Where(r => (ErrorId)r[4] != ErrorId.SignInFailed).Select(r => KeyValuePair.Create((int)r[2], (ErrorId)r[4])).OrderBy(c => c.Key));

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task A_refused_sign_in_is_reported_and_not_repeated(int status, string error, int code, string text, ErrorId expected)
    {
        await using var entra = await EntraDouble.StartAsync();
        entra.OnSignIn = (c, _) => RefuseAsync(c, status, error, code, text);
        using var reader = entra.Open();

        var thrown = await Assert.ThrowsAsync<ConnectorException>(() => reader.SignInAsync(default));

        Assert.Equal(expected, thrown.Id);
        Assert.Contains("AADSTS" + code, thrown.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("{", thrown.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Trace ID", thrown.ToString(), StringComparison.Ordinal);
        AssertClean(thrown);
        Assert.DoesNotMatch("^Fix_|{", thrown.Recommendation.Render());
        Assert.Equal(expected == ErrorId.SignInUnreachable, thrown.IsTransient);
        Assert.NotEqual(thrown.IsTransient, ErrorCatalog.MeansNotAuthorized(thrown.Id));
        Assert.Single(entra.TokenRequests);
    }

    [Fact]
    public async Task A_secret_ID_given_as_the_secret_is_recognised()
    {
        await using var entra = await EntraDouble.StartAsync();
        entra.OnSignIn = (c, _) => RefuseAsync(c, 401, "invalid_client", 7000215, "Invalid client secret provided.");
        const string pasted = "0f8fad5b-d9cb-469f-a165-70867728950e";
        using var reader = EntraDouble.Open(entra.Connection, new ConnectionSecrets { ClientSecret = pasted });

        var error = await Assert.ThrowsAsync<ConnectorException>(() => reader.SignInAsync(default));

        Assert.Equal(ErrorId.SecretIdPasted, error.Id);
        Assert.DoesNotContain(pasted, error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_code_is_found_in_the_text_when_the_list_of_codes_is_missing()
    {
        await using var entra = await EntraDouble.StartAsync();
        entra.OnSignIn = async (c, _) =>
        {
            await LoopbackServer.JsonAsync(c, """{"error":"invalid_client","error_description":"AADSTS7000222: The provided client secret keys are expired."}""", 401);
            return true;
        };
        using var reader = entra.Open();

        Assert.Equal(ErrorId.SecretExpired, (await Assert.ThrowsAsync<ConnectorException>(() => reader.SignInAsync(default))).Id);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(429)]
    public async Task A_failing_sign_in_host_is_retried_up_to_the_limit(int status)
    {
        await using var entra = await EntraDouble.StartAsync();
        entra.OnSignIn = (c, _) => RefuseAsync(c, status, "temporarily_unavailable", 90033, "A transient error has occurred. Please try again.");
        using var reader = entra.Open();

        var error = await Assert.ThrowsAsync<ConnectorException>(() => reader.SignInAsync(default));

        Assert.Equal(ErrorId.SignInUnreachable, error.Id);
        Assert.True(error.IsTransient);
        Assert.Equal(TestConnections.Fast.MaxTries, entra.TokenRequests.Count);
        AssertClean(error);
    }

    [Fact]
    public async Task A_temporary_sign_in_failure_is_retried()
    {
        await using var entra = await EntraDouble.StartAsync();
        var tries = 0;
        entra.OnSignIn = async (c, _) => ++tries < 3 && await RefuseAsync(c, 503, "temporarily_unavailable", 90033, "A transient error has occurred.");
        using var reader = entra.Open();

        Assert.NotNull((await reader.SignInAsync(default)).TenantId);
        Assert.Equal(3, entra.TokenRequests.Count);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(403)]
    public async Task A_page_of_a_proxy_is_not_a_refusal_by_Microsoft(int status)
    {
        await using var entra = await EntraDouble.StartAsync();
        entra.OnSignIn = async (c, _) =>
        {
            await LoopbackServer.HtmlAsync(c, status);
            return true;
        };
        using var reader = entra.Open();

        var error = await Assert.ThrowsAsync<ConnectorException>(() => reader.SignInAsync(default));

        Assert.Equal(ErrorId.SignInUnreachable, error.Id);
        Assert.Contains("text/html", error.Message, StringComparison.Ordinal);
        AssertClean(error);
    }

    [Fact]
    public async Task An_unreachable_sign_in_host_is_reported_by_name()
    {
        var server = await LoopbackServer.StartAsync(_ => Task.CompletedTask);
        var address = server.Address;
        await server.DisposeAsync();
        using var reader = Open(TestConnections.To(address));

        var error = await Assert.ThrowsAsync<ConnectorException>(() => reader.SignInAsync(default));

        Assert.Equal(ErrorId.SignInUnreachable, error.Id);
        Assert.Contains(address.Authority, error.Message, StringComparison.Ordinal);
        AssertClean(error);
    }

    /// <summary>The time of one try, and the wait between two tries: the limit ends the first try, or the wait for the second one.</summary>
    [Theory]
    [InlineData(60_000, 1)]
    [InlineData(50, 60_000)]
    public async Task A_sign_in_host_that_never_responds_is_unreachable_after_one_total_timeout(int tryMilliseconds, int waitMilliseconds)
    {
        await using var entra = await EntraDouble.StartAsync();
        entra.OnSignIn = async (c, _) =>
        {
            await entra.Server.HangAsync(c);
            return true;
        };
        var timing = TestConnections.Fast with
        {
            TryTimeout = TimeSpan.FromMilliseconds(tryMilliseconds),
            RetryBaseDelay = TimeSpan.FromMilliseconds(waitMilliseconds),
            MaxRetryDelay = TimeSpan.FromMinutes(2),
            SignInLimit = TimeSpan.FromMilliseconds(500),
        };
        using var reader = entra.Open(timing);
        var clock = Stopwatch.StartNew();

        var error = await Assert.ThrowsAsync<ConnectorException>(() => reader.SignInAsync(default));

        Assert.Equal(ErrorId.SignInUnreachable, error.Id);
        Assert.Contains(string.Create(CultureInfo.CurrentCulture, $"no response within {0.5} seconds"), error.Message, StringComparison.Ordinal);
        Assert.True(error.IsTransient);
        Assert.False(ErrorCatalog.MeansNotAuthorized(error.Id));
        Assert.InRange(clock.Elapsed, TimeSpan.FromMilliseconds(400), TimeSpan.FromSeconds(20));
        // On a busy machine, the only try may end before its request arrives.
        Assert.True(entra.TokenRequests.Count <= 1);
        AssertClean(error);
    }

    [Fact]
    public void All_tries_of_a_sign_in_share_one_minute() => Assert.Equal(TimeSpan.FromSeconds(60), HttpTiming.Default.SignInLimit);

    [Theory]
    [InlineData("""{"access_token":"abc","token_type":"Bearer","expires_in":{}}""")]
    [InlineData("""{"access_token":null,"token_type":"Bearer","expires_in":3599}""")]
    [InlineData("""{"access_token":"","token_type":"Bearer","expires_in":3599}""")]
    [InlineData("""{"access_token":"abc","token_type":"Bearer","expires_in":"soon"}""")]
    public async Task An_unexpected_sign_in_response_is_not_reported_as_a_refusal_by_Microsoft(string body)
    {
        await using var entra = await EntraDouble.StartAsync();
        entra.OnSignIn = async (c, _) =>
        {
            await LoopbackServer.JsonAsync(c, body);
            return true;
        };
        using var reader = entra.Open();

        var error = await Assert.ThrowsAsync<ConnectorException>(() => reader.SignInAsync(default));

        Assert.Equal(ErrorId.SignInUnreachable, error.Id);
        Assert.DoesNotContain("refused", error.Message, StringComparison.Ordinal);
        AssertClean(error);
    }

    [Theory]
    [InlineData(BearerToken.MaxLength, null)]
    [InlineData(BearerToken.MaxLength + 1, "cannot be sent in a request")]
    [InlineData(60 * 1024 * 1024, "larger than 1 MB")]
    public async Task A_token_that_is_too_long_is_refused_and_not_sent(int length, string? reason)
    {
        await using var entra = await EntraDouble.StartAsync();
        entra.OnSignIn = async (c, _) =>
        {
            await LoopbackServer.JsonAsync(c, $$"""{"token_type":"Bearer","expires_in":3599,"access_token":"{{new string('x', length)}}"}""");
            return true;
        };
        using var reader = entra.Open();

        if (reason is null)
        {
            await reader.SignInAsync(default);
            return;
        }

        var error = await Assert.ThrowsAsync<ConnectorException>(() => reader.FindGroupsAsync("A", default));

        Assert.Equal(ErrorId.SignInUnreachable, error.Id);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Single(entra.TokenRequests);
        Assert.Empty(entra.GraphRequests);
        AssertClean(error);
    }

    [TlsFact]
    public async Task An_untrusted_sign_in_host_gets_no_request()
    {
        await using var server = await LoopbackServer.StartAsync(_ => Task.CompletedTask, LoopbackTrust.SelfSigned);
        using var reader = Open(TestConnections.To(server.Address));

        var error = await Assert.ThrowsAsync<ConnectorException>(() => reader.SignInAsync(default));

        Assert.Equal(ErrorId.GraphUntrusted, error.Id);
        Assert.Empty(server.Requests);
        AssertClean(error);
    }

    [Fact]
    public async Task A_redirect_of_the_sign_in_host_is_not_followed()
    {
        await using var stranger = await EntraDouble.StartAsync();
        await using var entra = await EntraDouble.StartAsync();
        entra.OnSignIn = (c, _) =>
        {
            c.Response.StatusCode = 307;
            c.Response.Headers.Location = new Uri(stranger.Server.Address, c.Request.Path.Value).AbsoluteUri;
            return Task.FromResult(true);
        };
        using var reader = entra.Open();

        await Assert.ThrowsAsync<ConnectorException>(() => reader.SignInAsync(default));

        Assert.Empty(stranger.Server.Requests);
    }

    [Fact]
    public async Task Cancelling_is_not_a_failure()
    {
        await using var entra = await EntraDouble.StartAsync();
        using var stop = new CancellationTokenSource();
        entra.OnSignIn = async (c, _) =>
        {
            await stop.CancelAsync();
            await entra.Server.HangAsync(c);
            return true;
        };
        using var reader = entra.Open();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reader.SignInAsync(stop.Token));
    }

    [Fact]
    public async Task A_connection_without_a_secret_reports_it()
    {
        using var reader = Open(TestConnections.To(new Uri("https://localhost:1")), new ConnectionSecrets());

        Assert.Equal(ErrorId.CredentialMissing, (await Assert.ThrowsAsync<ConnectorException>(() => reader.SignInAsync(default))).Id);
    }

    internal static async Task<bool> RefuseAsync(Microsoft.AspNetCore.Http.HttpContext context, int status, string error, int code, string text)
    {
        await LoopbackServer.JsonAsync(context, JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["error"] = error,
            ["error_description"] = $"AADSTS{code}: {text} Trace ID: 8d5c4c3a-0000-4000-8000-a1b2c3d4e5f6 Correlation ID: 8d5c4c3a-0000-4000-8000-a1b2c3d4e5f7 Timestamp: 2026-01-02 03:04:05Z",
            ["error_codes"] = new[] { code },
            ["timestamp"] = "2026-01-02 03:04:05Z",
            ["trace_id"] = "8d5c4c3a-0000-4000-8000-a1b2c3d4e5f6",
            ["correlation_id"] = "8d5c4c3a-0000-4000-8000-a1b2c3d4e5f7",
            ["error_uri"] = "https://login.microsoftonline.com/error?code=" + code,
        }), status, "application/json; charset=utf-8");
        return true;
    }

    internal static void AssertClean(ConnectorException error)
    {
        Assert.DoesNotContain(EntraDouble.Secret, error.ToString(), StringComparison.Ordinal);
        for (var inner = error.InnerException; inner is not null; inner = inner.InnerException)
            Assert.StartsWith("System.", inner.GetType().FullName, StringComparison.Ordinal);
    }

    private static GraphDirectoryReader Open(ConnectionSettings connection, ConnectionSecrets? secrets = null) =>
        TestConnections.OpenReader(connection, secrets ?? new ConnectionSecrets { ClientSecret = EntraDouble.Secret });
}
