using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;
using PasswordBoss.EntraConnector.Setup;

namespace PasswordBoss.EntraConnector.Core.Tests.Connections;

/// <summary>The conditions for sending the secrets of a stored connection to a new address, and the replacement of unreadable secrets.</summary>
public sealed class ChangeProofTests
{
    private const string Tenant = "aaaaaaaa-0000-0000-0000-000000000001";
    private const string Client = "bbbbbbbb-0000-0000-0000-000000000002";
    private const string Other = "cccccccc-0000-0000-0000-000000000003";
    private static readonly Uri Authority = new("https://login.contoso.example/");
    private static readonly Uri Graph = new("https://graph.contoso.example/v1.0");
    private static readonly Uri PasswordBoss = new("https://scim.fabrikam.example/v2");

    private readonly World world = new() { Rules = SyncRules.Default };
    private readonly Listener listener = new();

    private const EnteredSettings AllEntered =
        EnteredSettings.TenantId | EnteredSettings.ClientId | EnteredSettings.AuthorityHost | EnteredSettings.GraphEndpoint | EnteredSettings.PasswordBossUri;

    private static ConnectRequest Whole => new()
    {
        Name = "Fabrikam",
        TenantId = Tenant,
        ClientId = Client,
        Credentials = new[] { CredentialKind.ClientSecret },
        ClientSecret = "s3cret",
        AuthorityHost = Authority,
        GraphEndpoint = Graph,
        PasswordBossUri = PasswordBoss,
        PasswordBossToken = "t0ken",
        Entered = AllEntered,
    };

    private static ConnectRequest Secrets => new()
    {
        Name = "Fabrikam",
        Credentials = new[] { CredentialKind.ClientSecret },
        ClientSecret = "n3w",
        PasswordBossToken = "newT0ken",
    };

    private static ConnectRequest Change(string what, bool equal) => what switch
    {
        "authority" => new ConnectRequest { Name = "Fabrikam", AuthorityHost = equal ? new Uri("https://LOGIN.contoso.example:443") : new Uri("https://evil.example") },
        "graph" => new ConnectRequest { Name = "Fabrikam", GraphEndpoint = equal ? new Uri("https://graph.CONTOSO.example/v1.0/") : new Uri("https://graph.contoso.example/beta") },
        "environment" => new ConnectRequest { Name = "Fabrikam", Environment = equal ? EntraEnvironment.Global : EntraEnvironment.China },
        _ => new ConnectRequest { Name = "Fabrikam", ClientId = equal ? "{" + Client.ToUpperInvariant() + "}" : Other },
    };

    private ConnectionSettings Stored => world.Store.ListConnections().Single(c => c.Name == "Fabrikam");

    private Task<PBConnection> ConnectAsync(ConnectRequest request) => world.Service.ConnectAsync(request, listener, CancellationToken.None);

    private async Task<ConnectorException> RefusedAsync(ErrorId expected, ConnectRequest request)
    {
        var before = Stored;
        world.Factory.Opened.Clear();
        var error = await Assert.ThrowsAsync<ConnectorException>(() => ConnectAsync(request));
        Assert.Equal(expected, error.Id);
        Assert.Empty(world.Factory.Opened);
        Assert.Equal(before, Stored);
        return error;
    }

    [Theory]
    [InlineData("authority", "-AuthorityHost")]
    [InlineData("graph", "-GraphEndpoint")]
    [InlineData("environment", "-Environment")]
    [InlineData("client", "-ClientId")]
    public async Task A_new_endpoint_requires_the_credential_in_the_same_call_and_is_verified(string what, string parameter)
    {
        await ConnectAsync(Whole);
        var change = Change(what, equal: false);

        Assert.Contains(parameter, (await RefusedAsync(ErrorId.ChangeNotProven, change)).Message, StringComparison.Ordinal);
        await RefusedAsync(ErrorId.ChangeNotProven, change with { PasswordBossToken = "t0ken" });
        var proven = change with { Credentials = new[] { CredentialKind.ClientSecret }, ClientSecret = "other" };
        await RefusedAsync(ErrorId.ChangeNotProven, proven with { SkipVerification = true });

        await ConnectAsync(proven);

        Assert.All(world.Factory.Opened, o => Assert.Equal(("other", "t0ken"), (o.Secrets.ClientSecret, o.Secrets.PasswordBossToken)));
        Assert.Equal(2, world.Factory.Opened.Count);
        Assert.Equal(("other", "t0ken"), (world.Store.ReadSecrets(Stored).ClientSecret, world.Store.ReadSecrets(Stored).PasswordBossToken));
        Assert.NotEqual((Authority, Graph, Client, EntraEnvironment.Global), (Stored.AuthorityHost, Stored.GraphEndpoint, Stored.ClientId, Stored.Environment));
    }

    [Theory]
    [InlineData("authority")]
    [InlineData("graph")]
    [InlineData("environment")]
    [InlineData("client")]
    public async Task A_value_equal_to_the_stored_one_is_no_change(string what)
    {
        await ConnectAsync(Whole);
        var before = Stored;

        await ConnectAsync(Change(what, equal: true) with { UserGroup = World.UserGroupName });

        Assert.Equal((before.AuthorityHost.OriginalString, before.GraphEndpoint.OriginalString, before.ClientId), (Stored.AuthorityHost.OriginalString, Stored.GraphEndpoint.OriginalString, Stored.ClientId));
        Assert.Equal(World.UserGroupName, Stored.UserGroup!.DisplayName);
        Assert.Equal("s3cret", world.Store.ReadSecrets(Stored).ClientSecret);
    }

    [Fact]
    public async Task A_new_cloud_sets_its_endpoints()
    {
        await ConnectAsync(Whole);

        await ConnectAsync(Change("environment", equal: false) with { Credentials = new[] { CredentialKind.ClientSecret }, ClientSecret = "other" });

        Assert.Equal(CloudEndpoints.Of(EntraEnvironment.China), new CloudEndpoints(Stored.AuthorityHost, Stored.GraphEndpoint));
    }

    [Fact]
    public async Task Another_tenant_or_address_is_refused_even_with_the_credential()
    {
        await ConnectAsync(Whole);

        await RefusedAsync(ErrorId.ConnectionFixed, Secrets with { TenantId = Other });
        await RefusedAsync(ErrorId.ConnectionFixed, Secrets with { PasswordBossUri = new Uri("https://evil.example/v2") });
        await ConnectAsync(Secrets with { TenantId = "{" + Tenant.ToUpperInvariant() + "}", PasswordBossUri = new Uri("https://SCIM.fabrikam.example/v2/") });
        Assert.Equal(Tenant, Stored.TenantId);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("ftp://scim.example/")]
    public async Task An_invalid_endpoint_is_refused_for_a_stored_connection(string address)
    {
        await ConnectAsync(Whole);
        var uri = new Uri(address, UriKind.RelativeOrAbsolute);

        await RefusedAsync(ErrorId.EndpointInvalid, Secrets with { PasswordBossUri = uri });
        await RefusedAsync(ErrorId.EndpointInvalid, Secrets with { AuthorityHost = uri });
        await RefusedAsync(ErrorId.EndpointInvalid, Secrets with { GraphEndpoint = uri });
    }

    [Fact]
    public async Task New_secrets_replace_those_whose_key_is_gone_and_a_warning_lists_the_hosts()
    {
        world.Join("anna");
        await ConnectAsync(Whole with { UserGroup = World.UserGroupName });
        world.Store.KeyMissing = true;
        var before = Stored;

        await ConnectAsync(Secrets);

        Assert.Contains("login.contoso.example, graph.contoso.example, scim.fabrikam.example", Assert.Single(listener.Warnings).Render(), StringComparison.Ordinal);
        Assert.Equal(before, Stored);
        world.Store.KeyMissing = false;
        Assert.Equal(("n3w", "newT0ken"), (world.Store.ReadSecrets(Stored).ClientSecret, world.Store.ReadSecrets(Stored).PasswordBossToken));
    }

    [Fact]
    public async Task The_warning_lists_the_hosts_even_if_they_refuse_the_new_secrets()
    {
        await ConnectAsync(Whole);
        world.Store.KeyMissing = true;
        world.PasswordBoss.FaultOn = (call, _) => call == nameof(Ports.IAccountDirectory.DiscoverAsync) ? new Fault(ErrorId.AccountServerUnreachable) : null;

        await Assert.ThrowsAsync<ConnectorException>(() => ConnectAsync(Secrets));

        Assert.Contains("scim.fabrikam.example", Assert.Single(listener.Warnings).Render(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_secrets_are_required_if_the_key_is_gone()
    {
        await ConnectAsync(Whole);
        world.Store.KeyMissing = true;

        var error = await RefusedAsync(ErrorId.SecretUnreadable, Secrets with { PasswordBossToken = null });
        await RefusedAsync(ErrorId.SecretUnreadable, new ConnectRequest { Name = "Fabrikam", PasswordBossToken = "newT0ken" });
        await RefusedAsync(ErrorId.SecretUnreadable, new ConnectRequest { Name = "Fabrikam", UserGroup = World.UserGroupName });

        Assert.Contains("-PasswordBossToken", error.Recommendation.Render(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(CredentialKind.ManagedIdentity)]
    [InlineData(CredentialKind.EnvironmentVariable)]
    [InlineData(CredentialKind.CertificateThumbprint)]
    public async Task The_token_is_enough_if_only_the_token_is_stored(CredentialKind credential)
    {
        await ConnectAsync(Whole with { Credentials = new[] { credential }, ClientSecret = null });
        world.Store.KeyMissing = true;

        await ConnectAsync(new ConnectRequest { Name = "Fabrikam", PasswordBossToken = "newT0ken" });

        world.Store.KeyMissing = false;
        Assert.Equal((credential, "newT0ken"), (Stored.Credential, world.Store.ReadSecrets(Stored).PasswordBossToken));
    }

    [Fact]
    public async Task An_endpoint_changed_during_a_repair_still_requires_the_credential()
    {
        await ConnectAsync(Whole with { Credentials = new[] { CredentialKind.ManagedIdentity } });
        world.Store.KeyMissing = true;

        await RefusedAsync(ErrorId.ChangeNotProven, new ConnectRequest { Name = "Fabrikam", PasswordBossToken = "newT0ken", GraphEndpoint = new Uri("https://evil.example/v1.0") });
        await RefusedAsync(ErrorId.ConnectionFixed, Secrets with { PasswordBossUri = new Uri("https://evil.example/v2") });
    }

    // The key exists and the settings do not match the secrets, so the settings were edited.
    private void Edit()
    {
        world.Store.SaveConnection(Stored with { PasswordBossUri = new Uri("https://evil.example/v2"), AuthorityHost = new Uri("https://login.evil.example") }, null);
        world.Store.Locked = true;
    }

    [Theory]
    [InlineData(EnteredSettings.TenantId, "-TenantId")]
    [InlineData(EnteredSettings.ClientId, "-ClientId")]
    [InlineData(EnteredSettings.AuthorityHost, "-AuthorityHost")]
    [InlineData(EnteredSettings.GraphEndpoint, "-GraphEndpoint")]
    [InlineData(EnteredSettings.PasswordBossUri, "-PasswordBossUri")]
    [InlineData(AllEntered, "-TenantId, -ClientId, -AuthorityHost, -GraphEndpoint, -PasswordBossUri")]
    public async Task Edited_settings_are_refused_unless_every_value_is_typed(EnteredSettings bound, string named)
    {
        await ConnectAsync(Whole);
        Edit();

        // A value from the pipeline may come from the store.
        var error = await RefusedAsync(ErrorId.SettingsNotProven, Whole with { Entered = AllEntered & ~bound });

        Assert.EndsWith("Missing in this command: " + named + ".", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Edited_settings_are_refused_without_the_secrets_or_their_verification()
    {
        await ConnectAsync(Whole);
        Edit();

        await RefusedAsync(ErrorId.SettingsNotProven, Secrets);
        await RefusedAsync(ErrorId.SettingsNotProven, Whole with { Credentials = Array.Empty<CredentialKind>(), ClientSecret = null });
        await RefusedAsync(ErrorId.SettingsNotProven, Whole with { PasswordBossToken = null });
        await RefusedAsync(ErrorId.SettingsNotProven, Whole with { SkipVerification = true });
        await RefusedAsync(ErrorId.SettingsNotProven, Whole with { AuthorityHost = null });
        await RefusedAsync(ErrorId.SettingsNotProven, new ConnectRequest { Name = "Fabrikam", UserGroup = World.UserGroupName });
    }

    [Fact]
    public async Task Typed_settings_replace_the_edited_ones_and_nothing_else_changes()
    {
        world.Join("anna");
        await ConnectAsync(Whole with { UserGroup = World.UserGroupName });
        var before = Stored;
        Edit();
        world.Factory.Opened.Clear();

        await ConnectAsync(Whole with { ClientSecret = "n3w" });

        Assert.Equal(before, Stored);
        Assert.All(world.Factory.Opened, o => Assert.Equal((Authority, Graph, PasswordBoss), (o.Connection.AuthorityHost, o.Connection.GraphEndpoint, o.Connection.PasswordBossUri)));
        var hosts = Assert.Single(listener.Warnings).Render();
        Assert.Contains("login.contoso.example, graph.contoso.example, scim.fabrikam.example", hosts, StringComparison.Ordinal);
        Assert.DoesNotContain("evil", hosts, StringComparison.Ordinal);
        world.Store.Locked = false;
        Assert.Equal("n3w", world.Store.ReadSecrets(Stored).ClientSecret);
    }

    [Fact]
    public async Task A_typed_cloud_sets_both_endpoints()
    {
        await ConnectAsync(Whole);
        Edit();

        // The environment equals the stored one, but the stored addresses are not used.
        await ConnectAsync(Whole with
        {
            Environment = EntraEnvironment.Global,
            AuthorityHost = new Uri("https://login.evil.example"),
            GraphEndpoint = null,
            Entered = EnteredSettings.TenantId | EnteredSettings.ClientId | EnteredSettings.Environment | EnteredSettings.PasswordBossUri,
        });

        Assert.Equal(CloudEndpoints.Of(EntraEnvironment.Global), new CloudEndpoints(Stored.AuthorityHost, Stored.GraphEndpoint));
    }

    [Fact]
    public async Task A_system_assigned_identity_takes_no_client_ID_from_the_store()
    {
        await ConnectAsync(Whole);
        Edit();

        await ConnectAsync(Whole with { ClientId = null, ClientSecret = null, Credentials = new[] { CredentialKind.ManagedIdentity } });

        Assert.Equal(("", CredentialKind.ManagedIdentity), (Stored.ClientId, Stored.Credential));
    }

    [Fact]
    public void Connecting_a_sandbox_again_repairs_it()
    {
        world.Service.ConnectSandbox("Play");
        world.Store.KeyMissing = true;

        Assert.True(world.Service.ConnectSandbox("Play").IsSandbox);

        world.Store.KeyMissing = false;
        Assert.NotNull(world.Store.ReadSecrets(world.Store.ListConnections().Single(c => c.Name == "Play")));
    }
}
