using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;
using PasswordBoss.EntraConnector.Setup;

namespace PasswordBoss.EntraConnector.Core.Tests.Connections;

/// <summary>An import shows its changes first, and then makes the stored connections equal to a file.</summary>
public sealed class ConfigurationTests
{
    private readonly World world = new() { Rules = SyncRules.Default };

    public ConfigurationTests() => Store(c => c with
    {
        AdditionalGroups = [new GroupReference("g1", "Sales"), new GroupReference("g2", "Design")],
        Tags = ["gold", "pilot"],
        Rules = new SyncRules { RemovedUser = LeaverRule.None, DeleteAfterDays = 7, DeleteAfterDaysChangedAt = world.Clock.UtcNow.AddDays(-3), MaxRemovalCount = 9 },
    });

    private ConnectionSettings Stored => world.Store.ListConnections().Single(c => c.Name == World.Name);

    private void Store(Func<ConnectionSettings, ConnectionSettings> change) => world.Store.SaveConnection(change(Stored), null);

    private ConnectionConfiguration Exported()
    {
        Assert.Empty(world.Service.ExportConfiguration([World.Name], "x", false));
        return Assert.Single(world.Factory.Configuration.Connections);
    }

    private IReadOnlyList<PlannedConfiguration> Plan(params ConnectionConfiguration[] connections)
    {
        world.Factory.Configuration.Connections = connections;
        return world.Service.PlanImport("x");
    }

    private PlannedConfiguration Import(ConnectionConfiguration connection)
    {
        var planned = Assert.Single(Plan(connection));
        world.Service.Import(planned, new Listener());
        return planned;
    }

    [Fact]
    public void Importing_an_unchanged_export_changes_nothing()
    {
        var before = Stored;

        var planned = Import(Exported());

        Assert.Equal((ConfigurationAction.Unchanged, 0, null), (planned.Action, planned.Differences.Count, planned.Problem));
        Assert.Equal(before, Stored);
    }

    [Fact]
    public void Differences_have_the_names_in_the_file_and_a_second_import_finds_none()
    {
        var before = Stored;
        var changed = Exported() with
        {
            UserGroup = new GroupReference("g9", "Everyone"),
            AdditionalGroups = [new GroupReference("G2", "An older name"), new GroupReference("g3", "New")],
            IncludeNested = true,
            Rules = new RuleConfiguration { RemovedUser = LeaverRule.Disable, DeleteAfterDays = 8 },
            Tags = ["PILOT", "gold"],
        };

        Assert.Equal(before, Stored);
        var planned = Import(changed);

        Assert.Equal(
            [
                $"userGroup: {World.UserGroupName} ({world.UserGroup.Id}) -> Everyone (g9)",
                "additionalGroups: Sales (g1), Design (g2) -> Design (g2), New (g3)",
                "includeNested: false -> true",
                "rules.removedUser: None -> Disable",
                "rules.deleteAfterDays: 7 -> 8",
            ],
            planned.Differences.Select(difference => difference.ToString()));
        Assert.Equal((LeaverRule.Disable, 8, 9, world.Clock.UtcNow), (Stored.Rules.RemovedUser, Stored.Rules.DeleteAfterDays, Stored.Rules.MaxRemovalCount, Stored.Rules.DeleteAfterDaysChangedAt));
        Assert.Equal(["gold", "pilot"], Stored.Tags);
        Assert.Equal("token", world.Store.ReadSecrets(Stored).PasswordBossToken);
        Assert.Equal(ConfigurationAction.Unchanged, Import(changed).Action);
    }

    [Fact]
    public void Settings_that_are_not_in_the_file_stay_unchanged()
    {
        var before = Stored;

        var planned = Import(new ConnectionConfiguration { Name = World.Name.ToUpperInvariant(), TenantId = before.TenantId, PasswordBossUri = before.PasswordBossUri });

        Assert.Equal((World.Name, ConfigurationAction.Unchanged), (planned.Name, planned.Action));
        Assert.Equal(before, Stored);
        Assert.Empty(Plan());
        Assert.Equal(before, Stored);
    }

    [Fact]
    public void A_new_connection_is_stored_without_secrets_and_recommends_the_command_to_enter_them()
    {
        var planned = Import(Exported() with { Name = "O'Neill", PasswordBossUri = new Uri("https://other.example/") });

        Assert.Equal((ConfigurationAction.Create, null), (planned.Action, planned.Problem));
        Assert.Contains("Connect-PBEntra -Name 'O''Neill' -ClientSecret <SecureString> -PasswordBossToken <SecureString>", planned.NextStep!.Render(), StringComparison.Ordinal);
        Assert.Contains(planned.Differences, difference => difference is { Setting: "passwordBossUri", Before: null, After: "https://other.example/" });
        var stored = world.Store.ListConnections().Single(c => c.Name == "O'Neill");
        Assert.True(world.Store.ReadSecrets(stored).IsEmpty);
        Assert.Equal(Stored with { Id = stored.Id, Name = stored.Name, PasswordBossUri = stored.PasswordBossUri, CreatedAt = stored.CreatedAt, Rules = stored.Rules, AdditionalGroups = stored.AdditionalGroups, Tags = stored.Tags }, stored);
        Assert.Equal((LeaverRule.None, 7, null), (stored.Rules.RemovedUser, stored.Rules.DeleteAfterDays, stored.Rules.DeleteAfterDaysChangedAt));
    }

    [Fact]
    public void A_connection_that_signs_in_without_a_stored_credential_needs_only_the_token()
    {
        var planned = Import(Exported() with { Name = "New", Credential = CredentialKind.ManagedIdentity, ClientId = "", PasswordBossUri = new Uri("https://other.example/") });

        Assert.EndsWith("Connect-PBEntra -Name 'New' -PasswordBossToken <SecureString>", planned.NextStep!.Render(), StringComparison.Ordinal);
    }

    public static TheoryData<string, ErrorId> Refusals() => new()
    {
        { "tenant", ErrorId.ConnectionFixed },
        { "address", ErrorId.ConnectionFixed },
        { "kind", ErrorId.ConnectionFixed },
        { "client", ErrorId.ChangeNotProven },
        { "authority", ErrorId.ChangeNotProven },
        { "graph", ErrorId.ChangeNotProven },
        { "environment", ErrorId.ChangeNotProven },
        { "credential", ErrorId.ChangeNotProven },
        { "certificate", ErrorId.ChangeNotProven },
        { "same pair", ErrorId.ConnectionDuplicate },
        { "no credential", ErrorId.CredentialMissing },
        { "bad tenant", ErrorId.TenantUnknown },
        { "bad client", ErrorId.ApplicationUnknown },
        { "http", ErrorId.EndpointNotHttps },
        { "damaged", ErrorId.ConnectionDamaged },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void A_change_that_needs_the_secrets_is_refused_and_the_other_connections_are_planned(string what, ErrorId expected)
    {
        var given = Exported();
        var added = given with { Name = "New", PasswordBossUri = new Uri("https://new.example/") };
        world.Store.Damaged.Add(new DamagedConnection(7, null, "Broken", "id"));
        var before = world.Store.ListConnections();

        var plan = Plan(
            what switch
            {
                "tenant" => given with { TenantId = Guid.NewGuid().ToString() },
                "address" => given with { PasswordBossUri = new Uri("https://elsewhere.example/") },
                "kind" => given with { IsSandbox = true },
                "client" => given with { ClientId = Guid.NewGuid().ToString() },
                "authority" => given with { AuthorityHost = new Uri("https://elsewhere.example/") },
                "graph" => given with { GraphEndpoint = new Uri("https://elsewhere.example/v1.0") },
                "environment" => given with { Environment = EntraEnvironment.China },
                "credential" => given with { Credential = CredentialKind.ManagedIdentity },
                "certificate" => given with { CertificateReference = "/tmp/x.pfx" },
                "same pair" => given with { Name = "Second" },
                "no credential" => added with { Name = "X", Credential = null, PasswordBossUri = new Uri("https://x.example/") },
                "bad tenant" => added with { Name = "X", TenantId = "no tenant" },
                "bad client" => added with { Name = "X", ClientId = "no client", PasswordBossUri = new Uri("https://x.example/") },
                "http" => added with { Name = "X", PasswordBossUri = new Uri("http://x.example/") },
                _ => added with { Name = "broken", PasswordBossUri = new Uri("https://x.example/") },
            },
            added);

        Assert.Equal(expected, plan[0].Problem?.Id);
        Assert.Empty(plan[0].Differences);
        Assert.Equal((ConfigurationAction.Create, null), (plan[1].Action, plan[1].Problem));
        Assert.Equal(before, world.Store.ListConnections());
        world.Service.Import(plan[0], new Listener());
        Assert.Equal(before, world.Store.ListConnections());
    }

    public static TheoryData<string, string> Invalid() => new()
    {
        { "name", "$.connections[1].name" },
        { "same name", "$.connections[1].name" },
        { "same sides", "$.connections[1].passwordBossUri" },
        { "tenant", "$.connections[1].tenantId" },
        { "address", "$.connections[1].passwordBossUri" },
        { "tag", "$.connections[1].tags" },
        { "rule", "$.connections[1].rules" },
    };

    [Theory]
    [MemberData(nameof(Invalid))]
    public void An_invalid_connection_refuses_the_whole_file(string what, string place)
    {
        var given = Exported();
        var added = given with { Name = "New", PasswordBossUri = new Uri("https://new.example/") };

        var error = Assert.Throws<ConnectorException>(() => Plan(given, what switch
        {
            "name" => added with { Name = "a*" },
            "same name" => added with { Name = " " + given.Name.ToUpperInvariant() },
            "same sides" => added with { PasswordBossUri = given.PasswordBossUri, TenantId = given.TenantId!.ToUpperInvariant() },
            "tenant" => added with { TenantId = null },
            "address" => added with { PasswordBossUri = null },
            "tag" => added with { Tags = ["a;b"] },
            _ => added with { Rules = new RuleConfiguration { MaxRemovalPercent = 101 } },
        }));

        Assert.Equal((ErrorId.ConfigurationInvalid, "/configuration.json"), (error.Id, error.Target));
        Assert.Contains(place, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_group_that_a_run_renamed_after_the_comparison_keeps_its_new_name()
    {
        var planned = Assert.Single(Plan(Exported() with { IncludeNested = true }));
        world.Store.RenameGroups(Stored.Id, [Stored.UserGroup! with { DisplayName = "Renamed" }]);

        world.Service.Import(planned, new Listener());

        Assert.Equal(("Renamed", true), (Stored.UserGroup!.DisplayName, Stored.IncludeNested));
    }

    [Theory]
    [InlineData("rules")]
    [InlineData("removed")]
    [InlineData("added")]
    public void A_connection_that_changed_after_the_comparison_is_not_overwritten(string what)
    {
        var given = Exported() with { IncludeNested = true };
        var planned = Assert.Single(Plan(what == "added" ? given with { Name = "New", PasswordBossUri = new Uri("https://new.example/") } : given));
        if (what == "rules")
            Store(c => c with { Rules = c.Rules with { MaxRemovalCount = 1 } });
        else if (what == "removed")
            world.Store.RemoveConnection(Stored.Id);
        else
            world.Store.SaveConnection(World.NewConnection("new"), new ConnectionSecrets());
        var before = world.Store.ListConnections();

        Assert.Equal(ErrorId.ConfigurationOutdated, Assert.Throws<ConnectorException>(() => world.Service.Import(planned, new Listener())).Id);

        Assert.Equal(before, world.Store.ListConnections());
    }

    [Fact]
    public void The_expiry_of_a_secret_that_was_rotated_after_the_comparison_stays()
    {
        var planned = Assert.Single(Plan(Exported() with { IncludeNested = true }));
        // DeleteAfterDays was changed, and back.
        Store(c => c with { SecretExpires = world.Clock.UtcNow.AddDays(90), Rules = c.Rules with { DeleteAfterDaysChangedAt = world.Clock.UtcNow } });

        world.Service.Import(planned, new Listener());

        Assert.Equal((true, world.Clock.UtcNow.AddDays(90), world.Clock.UtcNow), (Stored.IncludeNested, Stored.SecretExpires, Stored.Rules.DeleteAfterDaysChangedAt));
    }

    [Fact]
    public void An_import_shows_the_same_warnings_about_rules_as_an_admin_command()
    {
        var listener = new Listener();

        world.Service.Import(Assert.Single(Plan(Exported() with { Rules = new RuleConfiguration { RemovedUser = LeaverRule.ConvertToPersonal } })), listener);

        Assert.Contains(listener.Warnings, warning => warning.Id == "Warning_BusinessAddress");
    }

    [Fact]
    public void A_damaged_connection_is_reported_and_the_others_are_exported()
    {
        world.Store.Damaged.Add(new DamagedConnection(7, null, "Broken", "id"));

        var problem = Assert.Single(world.Service.ExportConfiguration(["Broken", World.Name], "x", false));

        Assert.Equal((ErrorId.ConnectionDamaged, "Broken"), (problem.Id, problem.Target));
        Assert.Equal([World.Name], world.Factory.Configuration.Connections.Select(c => c.Name));
    }
}
