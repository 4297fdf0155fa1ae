using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;
using PasswordBoss.EntraConnector.Rules;
using PasswordBoss.EntraConnector.Setup;

namespace PasswordBoss.EntraConnector.Core.Tests.Connections;

public sealed class ConnectorServiceTests
{
    private const string Tenant = "aaaaaaaa-0000-0000-0000-000000000001";
    private const string Client = "bbbbbbbb-0000-0000-0000-000000000002";

    private readonly World world = new() { Rules = SyncRules.Default };

    private ConnectorService Service => world.Service;

    private static ConnectRequest Request(string name = "Fabrikam") => new()
    {
        Name = name,
        TenantId = Tenant,
        ClientId = Client,
        Credentials = new[] { CredentialKind.ClientSecret },
        ClientSecret = "s3cret",
        PasswordBossUri = new Uri("https://scim.fabrikam.example/v2"),
        PasswordBossToken = "t0ken",
        UserGroup = World.UserGroupName,
    };

    private static ErrorId Refused(Action act) => Assert.Throws<ConnectorException>(act).Id;

    private static async Task<ConnectorException> RefusedAsync(Task act) => await Assert.ThrowsAsync<ConnectorException>(() => act);

    private Task<PBConnection> ConnectAsync(ConnectRequest request) => Service.ConnectAsync(request, new Listener(), CancellationToken.None);

    [Fact]
    public void The_text_of_secrets_contains_no_secret()
    {
        var secrets = new ConnectionSecrets { ClientSecret = "s3cret", CertificatePassword = "passw0rd", PasswordBossToken = "t0ken" };

        Assert.Equal(nameof(ConnectionSecrets), $"{secrets}");
    }

    [Fact]
    public async Task Connecting_warns_if_the_user_group_is_empty_or_hidden()
    {
        var listener = new Listener();
        await Service.ConnectAsync(Request(), listener, CancellationToken.None);
        Assert.Contains("has no users yet", Assert.Single(listener.Warnings).Render(), StringComparison.Ordinal);
        world.Entra.Broken[world.UserGroup.Id] = ReadingStatus.Hidden;

        await Service.ConnectAsync(Request("Northwind") with { PasswordBossUri = new Uri("https://other.example/scim") }, listener, CancellationToken.None);

        Assert.Contains("hides its members", listener.Warnings[^1].Render(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connecting_warns_if_another_store_of_the_machine_syncs_the_same_pair()
    {
        world.Join("anna");
        var listener = new Listener();
        await Service.ConnectAsync(Request(), listener, CancellationToken.None);
        Assert.Empty(listener.Warnings);
        world.Store.OtherStoreWarning = Texts.WarningOtherStore("/var/lib/other", "Theirs");

        await Service.ConnectAsync(Request(), listener, CancellationToken.None);

        Assert.Contains("The store in /var/lib/other syncs the same tenant", Assert.Single(listener.Warnings).Render(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lost_state_is_not_treated_as_a_first_start()
    {
        world.Join("anna");
        var store = new FakeStore(world.Wire) { Loss = Problems.StateVanished("/state/state.db", "/state.witness") };
        using var service = new ConnectorService(new FakeFactory(store, world.Entra, world.PasswordBoss, world.Clock));

        foreach (var names in new[] { null, new[] { "*" }, new[] { "Contoso" } })
            Assert.Equal(ErrorId.StateVanished, Refused(() => service.Select(names, null)));
        Assert.Equal(ErrorId.StateVanished, Refused(() => service.GetStatus("Contoso")));
        var report = await service.SyncAsync("Contoso", new SyncOptions(), new Approver(), new Listener(), CancellationToken.None);
        Assert.Equal((SyncOutcome.Failed, "StateVanished"), (report.Result.Outcome, report.Result.ErrorId));
        // Connecting again is the remedy, and reports the loss.
        var listener = new Listener();
        await service.ConnectAsync(Request(), listener, CancellationToken.None);
        Assert.Contains("/state/state.db is missing", Assert.Single(listener.Warnings).Render(), StringComparison.Ordinal);
    }

    // ── choosing a connection ───────────────────────────────────────────────────────────────────────────────────────────────────

    private ConnectorService Stored(params string[] names)
    {
        var store = new FakeStore(world.Wire);
        foreach (var name in names)
            store.SaveConnection(World.NewConnection(name), new ConnectionSecrets());
        store.OtherStore.Add("OfTheMachine");
        return new ConnectorService(new FakeFactory(store, world.Entra, world.PasswordBoss, world.Clock));
    }

    [Theory]
    [InlineData("contoso", "Contoso")]
    [InlineData(" Contoso ", "Contoso")]
    [InlineData("*", "Contoso,Fabrikam,Fabulous")]
    [InlineData("fab*", "Fabrikam,Fabulous")]
    [InlineData("Fab?ikam", "Fabrikam")]
    [InlineData("[CD]ontoso", "Contoso")]
    [InlineData("x*", "")]
    [InlineData("Fabrikam,fab*,contoso", "Fabrikam,Fabulous,Contoso")]
    public void Names_and_wildcards_are_resolved_without_case_each_once(string given, string expected)
    {
        using var service = Stored("Fabrikam", "Contoso", "Fabulous");

        Assert.Equal(expected, string.Join(",", service.Select(given.Split(','), null).Names));
    }

    [Fact]
    public void Without_a_name_the_current_or_the_only_connection_is_used()
    {
        using var many = Stored("Fabrikam", "Contoso");
        using var one = Stored("Contoso");

        Assert.Equal(new[] { "Fabrikam" }, many.Select(null, "fabrikam").Names);
        Assert.Equal(new[] { "Contoso" }, one.Select(Array.Empty<string>(), null).Names);
        Assert.Equal(new[] { "Contoso" }, one.Select(null, "forgotten").Names);
    }

    private ConnectorService Tagged(params (string Name, string[] Tags)[] connections)
    {
        var store = new FakeStore(world.Wire);
        foreach (var (name, tags) in connections)
            store.SaveConnection(World.NewConnection(name) with { Tags = tags }, new ConnectionSecrets());
        return new ConnectorService(new FakeFactory(store, world.Entra, world.PasswordBoss, world.Clock));
    }

    [Theory]
    [InlineData(null, "gold", "Contoso,Fabrikam")]
    [InlineData(null, " GOLD ", "Contoso,Fabrikam")]
    [InlineData(null, "gold,pilot", "Contoso,Fabrikam,Litware")]
    [InlineData(null, "p*", "Fabrikam,Litware")]
    [InlineData(null, "x*", "")]
    [InlineData("fab*", "gold", "Fabrikam")]
    [InlineData("Contoso", "pilot", "")]
    [InlineData("*", "pilot", "Fabrikam,Litware")]
    public void Tags_select_connections_alone_and_among_the_named_ones(string? names, string tags, string expected)
    {
        using var service = Tagged(("Contoso", ["gold"]), ("Fabrikam", ["Gold", "pilot"]), ("Litware", ["pilot"]), ("Northwind", []));

        Assert.Equal(expected, string.Join(",", service.Select(names?.Split(','), "Northwind", tags.Split(',')).Names));
    }

    [Fact]
    public void A_tag_that_no_connection_has_lists_the_tags_in_use()
    {
        using var service = Tagged(("Contoso", ["gold"]), ("Fabrikam", ["Gold", "pilot"]));

        var error = Assert.Throws<ConnectorException>(() => service.Select(null, null, ["golden"]));

        Assert.Equal((ErrorId.TagNotFound, "golden"), (error.Id, error.Target));
        Assert.Contains("gold, pilot", error.Message, StringComparison.Ordinal);
        Assert.Equal(["gold", "pilot"], service.ListTags());
    }

    [Fact]
    public void Setting_tags_changes_nothing_else()
    {
        var before = Assert.Single(world.Store.ListConnections());

        var shown = Service.SetTags(before.Name, [" gold ", "Gold", "pilot"], null);

        Assert.Equal(["gold", "pilot"], shown.Tags);
        var after = Assert.Single(world.Store.ListConnections());
        Assert.Equal(["gold", "pilot"], after.Tags);
        Assert.Equal(before, after with { Tags = before.Tags });
        Assert.Empty(Service.SetTags(before.Name, [], null).Tags);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("a*")]
    [InlineData("[a]")]
    [InlineData("a,b")]
    [InlineData("a;b")]
    [InlineData("a\nb")]
    [InlineData("123456789012345678901234567890123456789012345678901")]
    public void An_invalid_tag_is_refused_and_nothing_is_stored(string tag)
    {
        Assert.Equal(ErrorId.ConnectionTagInvalid, Refused(() => Service.SetTags(world.Connection.Name, ["gold", tag], null)));
        Assert.Empty(Assert.Single(world.Store.ListConnections()).Tags);
    }

    [Fact]
    public void An_ambiguous_or_unknown_name_lists_the_connections_and_the_other_store()
    {
        using var many = Stored("Fabrikam", "Contoso");
        using var none = Stored();

        var ambiguous = Assert.Throws<ConnectorException>(() => many.Select(null, null));
        Assert.Equal(ErrorId.ConnectionAmbiguous, ambiguous.Id);
        Assert.Contains("Contoso, Fabrikam", ambiguous.Message, StringComparison.Ordinal);
        var selected = many.Select(new[] { "Missing", "fabrikam", "C*", "Absent" }, null);
        Assert.Equal(new[] { "Fabrikam", "Contoso" }, selected.Names);
        Assert.Equal(new[] { "Missing", "Absent" }, selected.Missing.Select(m => m.Target));
        var missing = Assert.Single(many.Select(new[] { "Missing" }, null).Missing);
        Assert.Equal((ErrorId.ConnectionNotFound, "Missing"), (missing.Id, missing.Target));
        Assert.Contains("Contoso, Fabrikam", missing.Render(), StringComparison.Ordinal);
        Assert.Contains("OfTheMachine", missing.Render(), StringComparison.Ordinal);
        var nothing = Assert.Throws<ConnectorException>(() => none.Select(null, null));
        Assert.Equal(ErrorId.NoConnection, nothing.Id);
        Assert.Contains("OfTheMachine", nothing.Message, StringComparison.Ordinal);
        Assert.Equal(ErrorId.ConnectionNotFound, Refused(() => none.GetConnection("Missing")));
    }

    // ── connecting ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

    [Fact]
    public async Task A_connection_is_verified_stored_and_shown_without_secrets()
    {
        var connection = await ConnectAsync(Request());

        Assert.Equal(("Fabrikam", Tenant, World.UserGroupName, true), (connection.Name, connection.TenantId, connection.UserGroup, connection.IsCurrent));
        Assert.Equal(new Uri("https://graph.microsoft.com/v1.0"), connection.GraphEndpoint);
        var stored = world.Store.ListConnections().Single(c => c.Name == "Fabrikam");
        Assert.Equal(world.UserGroup.Id, stored.UserGroup!.Id);
        Assert.Equal(("s3cret", "t0ken"), (world.Store.ReadSecrets(stored).ClientSecret, world.Store.ReadSecrets(stored).PasswordBossToken));
        Assert.Equal(1, world.Entra.Calls["SignInAsync"]);
    }

    [Fact]
    public async Task A_connection_that_fails_verification_is_not_stored()
    {
        world.Entra.FaultOn = (call, _) => call == "SignInAsync" ? new Fault(ErrorId.SecretWrong) : null;
        Assert.Equal(ErrorId.SecretWrong, (await RefusedAsync(ConnectAsync(Request()))).Id);
        world.Entra.FaultOn = null;
        world.PasswordBoss.FaultOn = (call, _) => call == "GetAccountAsync" ? new Fault(ErrorId.AccountServerTokenRejected) : null;
        Assert.Equal(ErrorId.AccountServerTokenRejected, (await RefusedAsync(ConnectAsync(Request()))).Id);

        Assert.Equal(new[] { World.Name }, Service.ListNames());
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("a*b")]
    [InlineData("a?b")]
    [InlineData("a[b")]
    [InlineData("a]b")]
    [InlineData("a\nb")]
    public async Task Unusable_connection_names_are_refused(string name) =>
        Assert.Equal(ErrorId.ConnectionNameInvalid, (await RefusedAsync(ConnectAsync(Request(name)))).Id);

    public static TheoryData<string, ErrorId> Incomplete() => new()
    {
        { "tenant", ErrorId.ConnectionIncomplete },
        { "bad tenant", ErrorId.TenantUnknown },
        { "client", ErrorId.ConnectionIncomplete },
        { "uri", ErrorId.ConnectionIncomplete },
        { "token", ErrorId.ConnectionIncomplete },
        { "credential", ErrorId.CredentialMissing },
        { "two credentials", ErrorId.CredentialAmbiguous },
        { "secret", ErrorId.CredentialMissing },
        { "http", ErrorId.EndpointNotHttps },
        { "ftp", ErrorId.EndpointInvalid },
        { "query", ErrorId.EndpointInvalid },
        { "graph http", ErrorId.EndpointNotHttps },
        { "graph without version", ErrorId.EndpointInvalid },
        { "user info", ErrorId.EndpointInvalid },
    };

    [Theory]
    [MemberData(nameof(Incomplete))]
    public async Task A_missing_or_invalid_setting_is_reported_and_nothing_is_stored(string what, ErrorId expected)
    {
        var request = what switch
        {
            "tenant" => Request() with { TenantId = null },
            "bad tenant" => Request() with { TenantId = "not a tenant" },
            "client" => Request() with { ClientId = null },
            "uri" => Request() with { PasswordBossUri = null },
            "token" => Request() with { PasswordBossToken = " " },
            "credential" => Request() with { Credentials = Array.Empty<CredentialKind>() },
            "two credentials" => Request() with { Credentials = new[] { CredentialKind.ClientSecret, CredentialKind.ManagedIdentity } },
            "secret" => Request() with { ClientSecret = "" },
            "http" => Request() with { PasswordBossUri = new Uri("http://scim.fabrikam.example/") },
            "ftp" => Request() with { PasswordBossUri = new Uri("ftp://scim.fabrikam.example/") },
            "query" => Request() with { PasswordBossUri = new Uri("https://scim.fabrikam.example/?x=1") },
            "graph without version" => Request() with { GraphEndpoint = new Uri("https://graph.example/") },
            "graph http" => Request() with { GraphEndpoint = new Uri("http://graph.example/v1.0") },
            _ => Request() with { PasswordBossUri = new Uri("https://user:hunter2@scim.fabrikam.example/") },
        };

        var error = await RefusedAsync(ConnectAsync(request));

        Assert.Equal(expected, error.Id);
        Assert.DoesNotContain("hunter2", error.Message, StringComparison.Ordinal);
        Assert.Equal(new[] { World.Name }, Service.ListNames());
        Assert.Empty(world.Entra.Calls);
    }

    [Theory]
    [InlineData("http://localhost:5000/")]
    [InlineData("http://127.0.0.1/")]
    [InlineData("http://[::1]:1/")]
    public async Task Plain_HTTP_is_accepted_for_this_machine(string uri) =>
        Assert.Equal(new Uri(uri), (await ConnectAsync(Request() with { PasswordBossUri = new Uri(uri) })).PasswordBossUri);

    [Fact]
    public async Task Tenant_and_address_are_fixed_and_the_rest_can_be_changed_alone()
    {
        await ConnectAsync(Request());

        Assert.Equal(ErrorId.ConnectionFixed, (await RefusedAsync(ConnectAsync(Request() with { TenantId = Client }))).Id);
        Assert.Equal(ErrorId.ConnectionFixed, (await RefusedAsync(ConnectAsync(Request() with { PasswordBossUri = new Uri("https://other.example/") }))).Id);
        await ConnectAsync(new ConnectRequest { Name = "FABRIKAM", Credentials = new[] { CredentialKind.ClientSecret }, ClientSecret = "new", TenantId = Tenant.ToUpperInvariant(), PasswordBossUri = new Uri("https://SCIM.fabrikam.example/v2/") });

        var stored = world.Store.ListConnections().Single(c => c.TenantId == Tenant);
        var secrets = world.Store.ReadSecrets(stored);
        Assert.Equal(("Fabrikam", "new", "t0ken", world.UserGroup.Id), (stored.Name, secrets.ClientSecret, secrets.PasswordBossToken, stored.UserGroup!.Id));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_new_secret_does_not_resolve_the_stored_groups_again(bool byId)
    {
        var first = world.NewGroup("First");
        var second = world.NewGroup("Second");
        await ConnectAsync(Request() with { AdditionalGroups = [first.Name, second.Name] });
        var before = world.Store.ListConnections().Single(c => c.TenantId == Tenant);
        // The selected groups were renamed, and other groups now have their old names.
        foreach (var group in new[] { world.UserGroup, first, second })
        {
            group.Name += " of today";
            world.NewGroup(group.Name.Replace(" of today", "", StringComparison.Ordinal));
        }

        var rotation = Request() with { ClientSecret = "new", AdditionalGroups = byId ? [second.Id, first.Id] : ["second", "first"], UserGroup = byId ? world.UserGroup.Id : World.UserGroupName };
        await ConnectAsync(rotation);

        var after = world.Store.ListConnections().Single(c => c.TenantId == Tenant);
        Assert.Equal("new", world.Store.ReadSecrets(after).ClientSecret);
        Assert.Equal(before, after);

        // If the list changes, the names of selected groups are not resolved again.
        var third = world.NewGroup("Third");
        await ConnectAsync(rotation with { UserGroup = null, AdditionalGroups = ["Second", "Third"] });
        Assert.Equal([second.Id, third.Id], world.Store.ListConnections().Single(c => c.TenantId == Tenant).AdditionalGroups.Select(g => g.Id));
    }

    [Fact]
    public async Task Secrets_entered_again_for_edited_settings_resolve_the_groups_again()
    {
        await ConnectAsync(Request());
        var stored = world.Store.ListConnections().Single(c => c.TenantId == Tenant);
        world.Store.SaveConnection(stored with { UserGroup = new GroupReference(world.NewGroup("Other").Id, World.UserGroupName) }, null);
        world.Store.Locked = true;

        await ConnectAsync(Request() with { Environment = EntraEnvironment.Global, Entered = (EnteredSettings)63 });

        Assert.Equal(world.UserGroup.Id, world.Store.ListConnections().Single(c => c.TenantId == Tenant).UserGroup!.Id);
    }

    [Fact]
    public async Task A_verification_stores_nothing_and_finds_what_connecting_finds()
    {
        var before = world.Store.ListConnections();

        var connection = await Service.VerifyAsync(Request(), new Listener(), CancellationToken.None);

        Assert.Equal(("Fabrikam", World.UserGroupName, false), (connection.Name, connection.UserGroup, connection.IsCurrent));
        Assert.Equal(before, world.Store.ListConnections());
        Assert.Equal(1, world.Entra.Calls["SignInAsync"]);
        world.Entra.FaultOn = (call, _) => call == "SignInAsync" ? new Fault(ErrorId.SecretWrong) : null;
        Assert.Equal(ErrorId.SecretWrong, (await RefusedAsync(Service.VerifyAsync(Request(), new Listener(), CancellationToken.None))).Id);
    }

    [Fact]
    public async Task Settings_that_changed_during_the_verification_are_not_overwritten()
    {
        await ConnectAsync(Request());
        DuringSignIn(() => Service.SetTags("Fabrikam", ["gold"], null));

        Assert.Equal(ErrorId.ConfigurationOutdated, (await RefusedAsync(ConnectAsync(Request() with { ClientSecret = "new" }))).Id);

        var stored = world.Store.ListConnections().Single(c => c.TenantId == Tenant);
        Assert.Equal(("gold", "s3cret"), (stored.Tags.Single(), world.Store.ReadSecrets(stored).ClientSecret));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_group_that_a_run_renamed_during_the_verification_keeps_its_new_name(bool isGiven)
    {
        await ConnectAsync(Request() with { AdditionalGroups = [world.NewGroup("Sales").Id] });
        var before = world.Store.ListConnections().Single(c => c.TenantId == Tenant);
        DuringSignIn(() => world.Store.RenameGroups(before.Id, [before.UserGroup! with { DisplayName = "Renamed" }, before.AdditionalGroups[0] with { DisplayName = "Sales 2" }]));

        await ConnectAsync(Request() with { ClientSecret = "new", UserGroup = isGiven ? before.UserGroup!.Id : null });

        var stored = world.Store.ListConnections().Single(c => c.TenantId == Tenant);
        Assert.Equal(("Renamed", "Sales 2", "new"), (stored.UserGroup!.DisplayName, stored.AdditionalGroups.Single().DisplayName, world.Store.ReadSecrets(stored).ClientSecret));
    }

    [Fact]
    public async Task Another_user_group_that_was_selected_during_the_verification_is_not_overwritten()
    {
        await ConnectAsync(Request());
        var before = world.Store.ListConnections().Single(c => c.TenantId == Tenant);
        var other = before.UserGroup! with { Id = world.NewGroup("Other").Id };
        DuringSignIn(() => world.Store.SaveConnection(before with { UserGroup = other }, null));

        Assert.Equal(ErrorId.ConfigurationOutdated, (await RefusedAsync(ConnectAsync(Request() with { ClientSecret = "new" }))).Id);

        Assert.Equal(other, world.Store.ListConnections().Single(c => c.TenantId == Tenant).UserGroup);
    }

    [Fact]
    public async Task A_secret_that_was_renewed_during_the_verification_stays()
    {
        await ConnectAsync(Request());
        var expires = world.Clock.UtcNow.AddDays(90);
        DuringSignIn(() => world.Store.SaveConnection(
            world.Store.ListConnections().Single(c => c.TenantId == Tenant) with { SecretExpires = expires }, new ConnectionSecrets { ClientSecret = "renewed", PasswordBossToken = "t0ken" }));

        await ConnectAsync(new ConnectRequest { Name = "Fabrikam", PasswordBossToken = "new" });

        var stored = world.Store.ListConnections().Single(c => c.TenantId == Tenant);
        var secrets = world.Store.ReadSecrets(stored);
        Assert.Equal((expires, "renewed", "new"), (stored.SecretExpires, secrets.ClientSecret, secrets.PasswordBossToken));
    }

    private void DuringSignIn(Action act) => world.Entra.FaultOn = (call, _) =>
    {
        if (call == "SignInAsync")
        {
            world.Entra.FaultOn = null;
            act();
        }

        return null;
    };

    [Fact]
    public async Task A_second_connection_between_the_same_pair_is_refused()
    {
        await ConnectAsync(Request());

        var error = await RefusedAsync(ConnectAsync(Request("Second") with { PasswordBossUri = new Uri("https://SCIM.fabrikam.example/v2/") }));

        Assert.Equal(ErrorId.ConnectionDuplicate, error.Id);
        Assert.Contains("'Fabrikam'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tenant_given_by_one_of_its_domains_is_stored_by_its_ID()
    {
        world.Entra.SignIn = world.Entra.SignIn with { TenantId = Tenant };

        Assert.Equal(Tenant, (await ConnectAsync(Request() with { TenantId = "fabrikam.example" })).TenantId);

        Assert.Equal(ErrorId.ConnectionDuplicate, (await RefusedAsync(ConnectAsync(Request("Second")))).Id);
        Assert.Equal(ErrorId.ConnectionDuplicate, (await RefusedAsync(ConnectAsync(Request("Second") with { TenantId = "fabrikam.onmicrosoft.example" }))).Id);
    }

    [Theory]
    [InlineData("fabrikam.example")]
    [InlineData(Tenant)]
    public async Task A_stored_connection_accepts_every_form_of_its_tenant_ID(string first)
    {
        world.Entra.SignIn = world.Entra.SignIn with { TenantId = Tenant };
        await ConnectAsync(Request() with { TenantId = first, SkipVerification = true, UserGroup = world.UserGroup.Id });

        foreach (var again in new[] { Tenant, "fabrikam.example", "fabrikam.onmicrosoft.example" })
            Assert.Equal(Tenant, (await ConnectAsync(Request() with { TenantId = again })).TenantId);

        world.Entra.SignIn = world.Entra.SignIn with { TenantId = Client };
        Assert.Equal(ErrorId.ConnectionFixed, (await RefusedAsync(ConnectAsync(Request() with { TenantId = Client }))).Id);
    }

    [Fact]
    public async Task A_stored_connection_refuses_a_domain_of_another_tenant()
    {
        world.Entra.SignIn = world.Entra.SignIn with { TenantId = Tenant };
        await ConnectAsync(Request());

        world.Entra.SignInByTenant["contoso.example"] = Client;

        Assert.Equal(ErrorId.ConnectionFixed, (await RefusedAsync(ConnectAsync(Request() with { TenantId = "contoso.example" }))).Id);
    }

    [Fact]
    public async Task Without_verification_no_server_is_called_and_groups_are_given_by_ID()
    {
        var id = Guid.NewGuid().ToString();
        Assert.Equal(ErrorId.GroupNotFound, (await RefusedAsync(ConnectAsync(Request() with { SkipVerification = true }))).Id);
        await ConnectAsync(Request() with { SkipVerification = true, UserGroup = id });

        Assert.Equal(id, world.Store.ListConnections().Single(c => c.Name == "Fabrikam").UserGroup!.Id);
        // The stored name means the stored group, which may have another name by now.
        var (user, sales) = (new GroupReference(id, "Staff"), new GroupReference(Guid.NewGuid().ToString(), "Sales"));
        world.Store.SaveConnection(world.Store.ListConnections().Single(c => c.Name == "Fabrikam") with { UserGroup = user, AdditionalGroups = new[] { sales } }, null);
        var more = Guid.NewGuid().ToString();
        await ConnectAsync(Request() with { SkipVerification = true, UserGroup = "staff", AdditionalGroups = new[] { "Sales", more } });
        var after = world.Store.ListConnections().Single(c => c.Name == "Fabrikam");
        Assert.Equal(user, after.UserGroup);
        Assert.Equal(new[] { sales, new GroupReference(more, more) }, after.AdditionalGroups);
        Assert.Empty(world.Entra.Calls);
        Assert.Empty(world.PasswordBoss.Calls);
    }

    [Fact]
    public void A_sandbox_is_stored_once_and_is_not_a_real_tenant()
    {
        Service.ConnectSandbox("Play");
        Assert.True(Service.ConnectSandbox("play").IsSandbox);

        Assert.Equal(new[] { World.Name, "Play" }, Service.ListNames());
        Assert.Equal(ErrorId.NotASandbox, Refused(() => Service.ConnectSandbox(World.Name)));
        Assert.Equal(ErrorId.NotASandbox, Refused(() => Service.OpenSandbox(World.Name)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Removing_a_connection_keeps_the_accounts_and_releases_them_on_request(bool release)
    {
        var anna = world.Join("anna");
        world.NewSyncedGroup("Sales", anna);
        world.Sync();

        var links = world.State.Links.Count;
        var listener = new Listener();

        await Service.RemoveAsync(World.Name, release, listener, CancellationToken.None);

        Assert.Equal(release ? Enumerable.Range(1, links).Select(done => (done, links)) : [], listener.Steps.Select(s => (s.Done, s.Total)));
        Assert.Empty(Service.ListNames());
        Assert.Equal((AccountState.Active, release ? ManagedBy.PasswordBoss : ManagedBy.AzureAD), (world.PasswordBoss.At("anna@contoso.com").State, world.PasswordBoss.At("anna@contoso.com").ManagedBy));
        Assert.Equal(release ? ManagedBy.PasswordBoss : ManagedBy.AzureAD, world.PasswordBoss.GroupNamed("Sales").ManagedBy);
    }

    [Fact]
    public async Task A_connection_is_not_removed_during_a_run_or_if_an_account_cannot_be_released()
    {
        world.Factory.LockedElsewhere = true;
        Assert.Equal(ErrorId.AlreadyRunning, (await RefusedAsync(Service.RemoveAsync(World.Name, false, new Listener(), CancellationToken.None))).Id);
        world.Factory.LockedElsewhere = false;
        world.PasswordBoss.Extension = false;
        Assert.Equal(ErrorId.ReleaseNotSupported, (await RefusedAsync(Service.RemoveAsync(World.Name, true, new Listener(), CancellationToken.None))).Id);
        Assert.Single(Service.ListNames());
    }

    [Fact]
    public async Task An_unreadable_connection_is_reported_and_the_others_run()
    {
        world.Store.Damaged.Add(new DamagedConnection(7, Guid.NewGuid(), "Alpha", "JsonReaderException"));

        Assert.Equal(new[] { "Alpha", World.Name }, Service.ListNames());
        Assert.Equal(new[] { "Alpha", World.Name }, Service.Select(new[] { "*" }, null).Names);
        Assert.Equal(new[] { "Alpha" }, Service.Select(new[] { "alpha" }, null).Names);
        Assert.Equal(ErrorId.ConnectionAmbiguous, Refused(() => Service.Select(null, null)));

        var report = await Service.SyncAsync("Alpha", new SyncOptions(), new Approver(), new Listener(), CancellationToken.None);
        Assert.Equal(("Alpha", SyncOutcome.Failed, "ConnectionDamaged"), (report.Result.Connection, report.Result.Outcome, report.Result.ErrorId));
        Assert.Equal(ErrorId.ConnectionDamaged, Assert.Single(report.Errors).Id);
        Assert.NotEqual(SyncOutcome.Failed, world.Sync().Outcome);

        var status = Service.GetStatus("alpha");
        Assert.Equal(("Alpha", ConnectorStatus.Damaged), (status.Connection, status.Status));
        Assert.Contains("Disconnect-PBEntra -Name 'Alpha' -Remove", status.Message, StringComparison.Ordinal);
        var check = Assert.Single(await Service.TestAsync("Alpha", CancellationToken.None));
        Assert.Equal(("Alpha", "State", CheckStatus.Failed), (check.Connection, check.Name, check.Status));
        Assert.Equal(ErrorId.ConnectionDamaged, Refused(() => Service.GetRules("Alpha")));
        Assert.Equal(ErrorId.ConnectionDamaged, (await RefusedAsync(ConnectAsync(Request("Alpha")))).Id);
    }

    [Fact]
    public async Task An_unreadable_connection_is_removed_with_its_task()
    {
        var damaged = new DamagedConnection(7, Guid.NewGuid(), "Alpha", "JsonReaderException");
        world.Store.Damaged.Add(damaged);
        var target = TaskTarget.Of(damaged.Name, damaged.Id!.Value);
        world.Factory.Scheduler!.Register(target, TimeSpan.FromMinutes(5), new TaskProgram("host", "script", "module"));

        Assert.Equal(ErrorId.ConnectionDamaged, (await RefusedAsync(Service.RemoveAsync("Alpha", true, new Listener(), CancellationToken.None))).Id);
        await Service.RemoveAsync("Alpha", false, new Listener(), CancellationToken.None);

        Assert.Equal(new[] { World.Name }, Service.ListNames());
        Assert.Empty(world.Factory.Scheduler!.Tasks);
        await ConnectAsync(Request("Alpha"));
    }

    // ── groups ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────

    private readonly Agreed agreed = new();

    private async Task<IReadOnlyList<PBSyncGroup>> SetAsync(GroupSelection selection, Listener? listener = null) =>
        await Service.SetGroupsAsync(World.Name, selection, agreed, listener ?? new Listener(), CancellationToken.None) ?? [];

    [Theory]
    [InlineData("empty", false, "has no users yet")]
    [InlineData("only nested", false, "has no users yet")]
    [InlineData("only nested", true, "")]
    [InlineData("hidden", false, "hides its members")]
    [InlineData("filled", false, "")]
    [InlineData("unreadable", false, "")]
    public async Task A_new_user_group_that_is_empty_or_hidden_is_warned_about_at_once(string what, bool includeNested, string expected)
    {
        var staff = world.NewGroup("Staff");
        if (what == "only nested")
            staff.Members.Add(world.NewGroup("Inner").Id);
        if (what is "filled" or "hidden")
            staff.Members.Add(world.Hire("anna"));
        if (what == "hidden")
            world.Entra.Broken[staff.Id] = ReadingStatus.Hidden;
        if (what == "unreadable")
            world.Entra.Broken[staff.Id] = ReadingStatus.Incomplete;
        var listener = new Listener();

        await SetAsync(new GroupSelection { UserGroup = "Staff", IncludeNested = includeNested }, listener);

        Assert.Equal(expected.Length == 0 ? 0 : 1, listener.Warnings.Count);
        Assert.All(listener.Warnings, warning => Assert.Contains(expected, warning.Render(), StringComparison.Ordinal));
        listener.Warnings.Clear();
        await SetAsync(new GroupSelection { UserGroup = "Staff" }, listener);
        Assert.Empty(listener.Warnings);
    }

    [Fact]
    public async Task A_change_of_the_groups_that_is_not_approved_stores_nothing()
    {
        var sales = world.NewGroup("Sales");
        agreed.Answer = false;

        Assert.Null(await Service.SetGroupsAsync(World.Name, new GroupSelection { AddGroups = new[] { "Sales" } }, agreed, new Listener(), CancellationToken.None));

        Assert.Empty(world.Store.ListConnections().Single().AdditionalGroups);
        Assert.Contains($"AdditionalGroups: - -> Sales ({sales.Id})", agreed.Shown.Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_that_changed_while_an_admin_decided_are_not_overwritten()
    {
        agreed.Asked = () => Service.SetTags(World.Name, ["gold"], null);

        var refused = await Assert.ThrowsAsync<ConnectorException>(() => RulesAsync(r => r with { MaxRemovalCount = 9 }));

        Assert.Equal(ErrorId.ConfigurationOutdated, refused.Id);
        Assert.Equal((5, "gold"), (Service.GetRules(World.Name).MaxRemovalCount, world.Store.ListConnections().Single().Tags.Single()));
    }

    /// <summary>An admin does not see these settings, so a change of them refuses nothing and must not be lost.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_another_command_stored_while_an_admin_decided_stays(bool setsRules)
    {
        world.NewGroup("Sales");
        var (expires, changedAt) = (world.Clock.UtcNow.AddDays(90), world.Clock.UtcNow.AddMinutes(-1));
        agreed.Asked = () =>
        {
            var stored = world.Store.ListConnections().Single();
            world.Store.SaveConnection(stored with { SecretExpires = expires, Rules = stored.Rules with { DeleteAfterDaysChangedAt = changedAt } }, null);
        };

        if (setsRules)
            await RulesAsync(r => r with { MaxRemovalCount = 9 });
        else
            await SetAsync(new GroupSelection { AddGroups = ["Sales"], IncludeNested = true });

        var after = world.Store.ListConnections().Single();
        Assert.Equal((expires, changedAt, setsRules ? 9 : 5, !setsRules, setsRules ? 0 : 1), (after.SecretExpires, after.Rules.DeleteAfterDaysChangedAt, after.Rules.MaxRemovalCount, after.IncludeNested, after.AdditionalGroups.Count));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_group_that_a_run_renamed_while_an_admin_decided_keeps_its_new_name(bool setsRules)
    {
        world.NewGroup("Sales");
        agreed.Asked = () => world.Store.RenameGroups(world.Connection.Id, [world.Connection.UserGroup! with { DisplayName = "Renamed" }]);

        if (setsRules)
            await RulesAsync(r => r with { MaxRemovalCount = 9 });
        else
            await SetAsync(new GroupSelection { AddGroups = ["Sales"] });

        var after = world.Store.ListConnections().Single();
        Assert.Equal(("Renamed", setsRules ? 9 : 5, setsRules ? 0 : 1), (after.UserGroup!.DisplayName, after.Rules.MaxRemovalCount, after.AdditionalGroups.Count));
    }

    private sealed class Agreed : IStepApprover
    {
        public bool Answer { get; set; } = true;

        public Action Asked { get; set; } = () => { };

        public List<string> Shown { get; } = new();

        public bool IsPreview => false;

        public Task<bool> ApproveAsync(string target, Message action, CancellationToken cancellationToken)
        {
            Shown.Add(action.Render());
            Asked();
            return Task.FromResult(Answer);
        }
    }

    [Fact]
    public async Task Groups_are_added_and_removed_by_ID_or_name()
    {
        var sales = world.NewGroup("Sales");
        var support = world.NewGroup("Support");
        await SetAsync(new GroupSelection { AdditionalGroups = new[] { "sales", sales.Id } });
        await SetAsync(new GroupSelection { AddGroups = new[] { support.Id }, IncludeNested = true });

        var groups = await Service.GetGroupsAsync(World.Name, false, null, CancellationToken.None);
        Assert.Equal(
            new[] { (World.UserGroupName, SyncGroupRole.User), ("Sales", SyncGroupRole.Additional), ("Support", SyncGroupRole.Additional) },
            groups.Select(g => (g.DisplayName, g.Role)));
        Assert.All(groups, g => Assert.Equal(World.Name, g.Connection));
        Assert.True(Service.GetConnection(World.Name).IncludeNested);

        world.Entra.Groups.Remove(sales.Id);
        Assert.Equal(new[] { World.UserGroupName, "Support" }, (await SetAsync(new GroupSelection { RemoveGroups = new[] { "SALES" } })).Select(g => g.DisplayName));
    }

    [Fact]
    public async Task A_renamed_group_is_removed_by_its_current_name()
    {
        var sales = world.NewGroup("Sales");
        var support = world.NewGroup("Support");
        await SetAsync(new GroupSelection { AdditionalGroups = new[] { sales.Id, support.Id } });
        sales.Name = "Sales and Marketing";

        await SetAsync(new GroupSelection { RemoveGroups = new[] { "sales and marketing" } });

        Assert.Equal(new[] { "Support" }, world.Store.ListConnections().Single().AdditionalGroups.Select(g => g.DisplayName));
    }

    [Fact]
    public async Task The_stored_names_follow_a_rename_in_Entra()
    {
        var sales = world.NewGroup("Sales");
        await SetAsync(new GroupSelection { AdditionalGroups = new[] { sales.Id } });
        (sales.Name, world.UserGroup.Name) = ("Sales and Marketing", "Boss Users");

        await SetAsync(new GroupSelection { IncludeNested = true });

        var stored = world.Store.ListConnections().Single();
        Assert.Equal(("Boss Users", "Sales and Marketing"), (stored.UserGroup!.DisplayName, stored.AdditionalGroups.Single().DisplayName));
    }

    // Support was renamed to Sales after Sales was renamed to Former Sales.
    [Fact]
    public async Task A_name_removes_the_group_that_has_it_now()
    {
        var sales = world.NewGroup("Sales");
        var support = world.NewGroup("Support");
        await SetAsync(new GroupSelection { AdditionalGroups = new[] { sales.Id, support.Id } });
        (sales.Name, support.Name) = ("Former Sales", "Sales");

        await SetAsync(new GroupSelection { RemoveGroups = new[] { "Sales" } });

        Assert.Equal(sales.Id, world.Store.ListConnections().Single().AdditionalGroups.Single().Id);
    }

    [Fact]
    public async Task A_former_name_is_accepted_if_no_group_has_it_now()
    {
        var sales = world.NewGroup("Sales");
        await SetAsync(new GroupSelection { AdditionalGroups = new[] { sales.Id } });
        sales.Name = "Sales and Marketing";

        await SetAsync(new GroupSelection { RemoveGroups = new[] { "Sales" } });

        Assert.Empty(world.Store.ListConnections().Single().AdditionalGroups);
    }

    [Fact]
    public async Task A_name_shared_by_several_selected_groups_removes_none()
    {
        var one = world.NewGroup("Sales");
        var two = world.NewGroup("SALES");
        await SetAsync(new GroupSelection { AdditionalGroups = new[] { one.Id, two.Id } });

        var refused = await RefusedAsync(SetAsync(new GroupSelection { RemoveGroups = new[] { "Sales" } }));

        Assert.Equal(ErrorId.GroupAmbiguous, refused.Id);
        Assert.Contains(two.Id, refused.Message, StringComparison.Ordinal);
        Assert.Equal(2, world.Store.ListConnections().Single().AdditionalGroups.Count);
    }

    // The command also reads the names, but its result does not depend on them.
    [Fact]
    public async Task A_group_is_deselected_by_its_ID_while_names_cannot_be_read()
    {
        var sales = world.NewGroup("Sales");
        await SetAsync(new GroupSelection { AdditionalGroups = new[] { sales.Id } });
        world.Entra.FaultOn = (call, _) => call == nameof(FakeEntra.FindGroupsAsync) ? new Fault(ErrorId.GraphFailed) : null;

        await RefusedAsync(SetAsync(new GroupSelection { RemoveGroups = new[] { sales.Id } }));

        Assert.Empty(world.Store.ListConnections().Single().AdditionalGroups);
    }

    [Fact]
    public async Task Ambiguous_or_unknown_groups_list_candidates_and_change_nothing()
    {
        var one = world.NewGroup("Sales");
        var two = world.NewGroup("SALES");

        var ambiguous = await RefusedAsync(SetAsync(new GroupSelection { UserGroup = "Sales" }));
        var unknown = await RefusedAsync(SetAsync(new GroupSelection { UserGroup = "Salesforce" }));
        var notSelected = await RefusedAsync(SetAsync(new GroupSelection { RemoveGroups = new[] { "Sales" } }));

        Assert.Equal((ErrorId.GroupAmbiguous, ErrorId.GroupNotFound, ErrorId.GroupNotFound), (ambiguous.Id, unknown.Id, notSelected.Id));
        Assert.Contains(one.Id, ambiguous.Message, StringComparison.Ordinal);
        Assert.Contains(two.Id, ambiguous.Message, StringComparison.Ordinal);
        Assert.Contains("'Sales'", unknown.Message, StringComparison.Ordinal);
        Assert.Equal(world.UserGroup.Id, world.Store.ListConnections().Single().UserGroup!.Id);
    }

    [Fact]
    public async Task The_tenants_groups_are_listed_by_pattern()
    {
        world.NewGroup("Sales");
        world.NewGroup("Support");
        world.NewGroup("Marketing");

        Assert.Equal(new[] { "Sales", "Support" }, (await Service.GetGroupsAsync(World.Name, true, "S*", CancellationToken.None)).Select(g => g.DisplayName));
        Assert.Equal(new[] { "Marketing" }, (await Service.GetGroupsAsync(World.Name, true, "*ket*", CancellationToken.None)).Select(g => g.DisplayName));
        Assert.Equal(4, (await Service.GetGroupsAsync(World.Name, true, null, CancellationToken.None)).Count);
    }

    // ── rules ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────

    private async Task<PBSyncRule> RulesAsync(Func<SyncRules, SyncRules> change, bool reset = false, Listener? listener = null)
    {
        var rules = await Service.SetRulesAsync(World.Name, change, reset, agreed, listener ?? new Listener(), CancellationToken.None);
        Assert.NotNull(rules);
        return rules;
    }

    [Fact]
    public void The_defaults_match_those_of_the_vendor()
    {
        var rules = Service.GetRules(World.Name);

        Assert.Equal((NewUserRule.CreateActive, LeaverRule.Disable, LeaverRule.Disable, LeaverRule.Disable), (rules.NewUser, rules.DeletedUser, rules.DisabledUser, rules.RemovedUser));
        Assert.Equal((ExistingAccountRule.Adopt, RemovedGroupRule.Release, EmailSource.MailThenUserPrincipalName, GuestUserRule.Include), (rules.ExistingAccount, rules.RemovedGroup, rules.EmailSource, rules.GuestUser));
        Assert.Equal((20, 5), (rules.MaxRemovalPercent, rules.MaxRemovalCount));
    }

    [Fact]
    public async Task Rules_are_changed_one_by_one_and_reset()
    {
        await RulesAsync(r => r with { DeletedUser = LeaverRule.Delete });
        Assert.Equal((LeaverRule.Delete, LeaverRule.None), ((await RulesAsync(r => r with { RemovedUser = LeaverRule.None })).DeletedUser, Service.GetRules(World.Name).RemovedUser));
        Assert.Equal(LeaverRule.Disable, (await RulesAsync(r => r, reset: true)).DeletedUser);
    }

    [Theory]
    [InlineData(-1, 5, 30)]
    [InlineData(101, 5, 30)]
    [InlineData(20, -1, 30)]
    [InlineData(20, 5, -1)]
    [InlineData(20, 5, 3651)]
    public async Task Numbers_out_of_range_are_refused(int percent, int count, int days)
    {
        Assert.Equal(ErrorId.RuleValueInvalid, (await RefusedAsync(RulesAsync(r => r with { MaxRemovalPercent = percent, MaxRemovalCount = count, DeleteAfterDays = days }))).Id);
        Assert.Equal((20, 30), (Service.GetRules(World.Name).MaxRemovalPercent, Service.GetRules(World.Name).DeleteAfterDays));
    }

    [Fact]
    public async Task Only_a_new_DeleteAfterDays_updates_DeleteAfterDaysChangedAt()
    {
        await RulesAsync(r => r with { DeletedUser = LeaverRule.Delete });
        Assert.Null(Stored().DeleteAfterDaysChangedAt);

        await RulesAsync(r => r with { DeleteAfterDays = 7 });
        var first = world.Clock.UtcNow;
        world.Clock.Advance(TimeSpan.FromHours(1));
        await RulesAsync(r => r with { DeleteAfterDays = 7, MaxRemovalCount = 6, UnknownMember = UnknownMemberRule.Remove });
        Assert.Equal((7, first, UnknownMemberRule.Remove), (Stored().DeleteAfterDays, Stored().DeleteAfterDaysChangedAt, Service.GetRules(World.Name).UnknownMember));

        await RulesAsync(r => r, reset: true);
        Assert.Equal((30, world.Clock.UtcNow), (Stored().DeleteAfterDays, Stored().DeleteAfterDaysChangedAt));

        // A second reset changes no value, so the time stays, although the default rules contain no time.
        world.Clock.Advance(TimeSpan.FromHours(1));
        await RulesAsync(r => r, reset: true);
        Assert.Equal(world.Clock.UtcNow.AddHours(-1), Stored().DeleteAfterDaysChangedAt);

        SyncRules Stored() => world.Store.ListConnections().Single(c => c.Name == World.Name).Rules;
    }

    [Fact]
    public async Task A_rule_that_the_server_does_not_support_is_refused_when_it_is_set()
    {
        world.PasswordBoss.Extension = false;

        Assert.Equal(ErrorId.RuleNotSupported, (await RefusedAsync(RulesAsync(r => r with { NewUser = NewUserRule.CreatePending }))).Id);
        Assert.Equal(ErrorId.RuleNotSupported, (await RefusedAsync(RulesAsync(r => r with { DisabledUser = LeaverRule.ConvertToPersonal }))).Id);
        Assert.Equal(LeaverRule.Delete, (await RulesAsync(r => r with { DisabledUser = LeaverRule.Delete })).DisabledUser);
    }

    [Fact]
    public async Task Convert_and_delete_warn_once_when_they_are_chosen()
    {
        var first = new Listener();
        await RulesAsync(r => r with { RemovedUser = LeaverRule.ConvertToPersonal, DeletedUser = LeaverRule.Delete }, listener: first);
        var second = new Listener();
        await RulesAsync(r => r with { MaxRemovalCount = 6 }, listener: second);

        Assert.Equal(new[] { "Warning_BusinessAddress", "Warning_DeleteRule" }, first.Warnings.Select(w => w.Id));
        Assert.Empty(second.Warnings);
        Assert.Contains("30 days later", first.Warnings[1].Render(), StringComparison.Ordinal);
    }

    public static TheoryData<SyncRules, SyncRules, string> Warned()
    {
        var delete = SyncRules.Default with { RemovedUser = LeaverRule.Delete };
        return new()
        {
            { SyncRules.Default, SyncRules.Default with { DeleteAfterDays = 0 }, "" },
            { SyncRules.Default, delete with { DeleteAfterDays = 0 }, "Warning_DeleteAtOnce" },
            { delete, delete with { DeleteAfterDays = 0 }, "Warning_DeleteAtOnce" },
            { delete with { DeleteAfterDays = 0 }, delete with { DeleteAfterDays = 0, DisabledUser = LeaverRule.Delete }, "" },
            { delete with { DeleteAfterDays = 0 }, delete, "" },
            { SyncRules.Default, SyncRules.Default with { ExistingAccount = ExistingAccountRule.AdoptAny }, "Warning_AdoptAny" },
            { SyncRules.Default with { ExistingAccount = ExistingAccountRule.AdoptAny }, SyncRules.Default with { ExistingAccount = ExistingAccountRule.AdoptAny, MaxRemovalCount = 1 }, "" },
            { SyncRules.Default, SyncRules.Default with { UnknownMember = UnknownMemberRule.Remove }, "Warning_RemoveUnknownMembers" },
            { SyncRules.Default with { UnknownMember = UnknownMemberRule.Remove }, SyncRules.Default, "" },
        };
    }

    [Theory]
    [MemberData(nameof(Warned))]
    public void An_irreversible_choice_causes_one_warning(SyncRules before, SyncRules after, string expected) =>
        Assert.Equal(expected, string.Join(" ", RuleChecks.Warnings(before, after).Select(w => w.Id)));

    // ── options, status, users ──────────────────────────────────────────────────────────────────────────────────────────────────

    [Fact]
    public void Options_are_checked_before_anything_runs()
    {
        var one = new[] { World.Name };
        Assert.Equal(ErrorId.ReapplyNeedsFull, Refused(() => Service.CheckOptions(one, true, new SyncOptions { Reapply = true })));
        Assert.Equal(ErrorId.ForceNeedsOnePausedConnection, Refused(() => Service.CheckOptions(one, false, new SyncOptions { Force = true })));
        Assert.Equal(ErrorId.ForceNeedsOnePausedConnection, Refused(() => Service.CheckOptions(new[] { World.Name, "B" }, true, new SyncOptions { Force = true })));
        Assert.Equal(ErrorId.ForceNeedsOnePausedConnection, Refused(() => Service.CheckOptions(one, true, new SyncOptions { Force = true })));
        Service.CheckOptions(one, false, new SyncOptions { Full = true, Reapply = true });

        var paused = new World(8);
        foreach (var id in paused.UserGroup.Members.Take(7).ToList())
            paused.Leave(id);
        paused.Sync();
        paused.Service.CheckOptions(one, true, new SyncOptions { Force = true });
    }

    [Fact]
    public void The_status_shows_the_state_of_the_connection()
    {
        Assert.Equal((ConnectorStatus.PendingConnection, "No run has finished yet."), (Service.GetStatus(World.Name).Status, Service.GetStatus(World.Name).Message));
        world.Join("anna");
        world.Sync();
        var connected = Service.GetStatus(World.Name);
        Assert.Equal((ConnectorStatus.Connected, 1, SyncOutcome.Succeeded, World.UserGroupName), (connected.Status, connected.ManagedUsers, connected.LastOutcome, connected.UserGroup));
        Assert.Equal(world.Clock.UtcNow, connected.LastSync);

        world.Entra.FaultOn = (_, _) => new Fault(ErrorId.SecretExpired);
        world.Sync();
        world.Sync();
        var refused = Service.GetStatus(World.Name);
        Assert.Equal((ConnectorStatus.NotAuthorized, 2), (refused.Status, refused.ConsecutiveFailures));
        Assert.Contains("expired", refused.Message, StringComparison.Ordinal);

        world.Entra.FaultOn = null;
        world.Sync();
        Assert.Equal((ConnectorStatus.Connected, 0), (Service.GetStatus(World.Name).Status, Service.GetStatus(World.Name).ConsecutiveFailures));
    }

    [Fact]
    public void A_server_that_is_down_neither_sets_nor_clears_NotAuthorized()
    {
        world.Join("anna");
        world.Sync();
        world.PasswordBoss.FaultOn = (_, _) => new Fault(ErrorId.AccountServerUnreachable);
        world.Sync();
        Assert.Equal(ConnectorStatus.Connected, Service.GetStatus(World.Name).Status);

        world.Entra.FaultOn = (_, _) => new Fault(ErrorId.SecretExpired);
        world.Sync();
        world.Entra.FaultOn = (_, _) => new Fault(ErrorId.GraphUnreachable);
        world.Sync();
        Assert.Equal(ConnectorStatus.NotAuthorized, Service.GetStatus(World.Name).Status);

        // Password Boss is read after Entra, so Microsoft has accepted the sign-in.
        world.Entra.FaultOn = null;
        world.PasswordBoss.FaultOn = (_, _) => new Fault(ErrorId.AccountServerFailed);
        world.Sync();
        Assert.Equal(ConnectorStatus.Connected, Service.GetStatus(World.Name).Status);
    }

    [Fact]
    public async Task Users_are_listed_with_their_groups()
    {
        var anna = world.Join("anna");
        world.NewSyncedGroup("Sales", anna);
        world.Sync();
        world.PasswordBoss.AdminCreate("aaa@contoso.com", AccountState.Pending);

        var users = await Service.GetUsersAsync(World.Name, CancellationToken.None);

        Assert.Equal(new[] { ("aaa@contoso.com", AccountState.Pending, ""), ("anna@contoso.com", AccountState.Active, "Sales") }, users.Select(u => (u.Email, u.State, string.Join(",", u.Groups))));
        Assert.Equal((World.Name, ManagedBy.AzureAD, anna), (users[1].Connection, users[1].ManagedBy, users[1].EntraId));
    }
}
