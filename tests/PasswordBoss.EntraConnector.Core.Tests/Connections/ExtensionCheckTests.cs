using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Setup;

namespace PasswordBoss.EntraConnector.Core.Tests.Connections;

/// <summary>A declaration of the extension that differs from the connector's use causes a warning, but the server is still used.</summary>
public class ExtensionCheckTests
{
    private static readonly ExtensionDescription ReadOnlyState = new()
    {
        IsDescribed = true,
        Deviations = new[] { Texts.SchemaNotWritable("accountState", "readOnly") },
    };

    [Fact]
    public async Task A_schema_deviation_warns_and_the_connection_is_stored()
    {
        var world = new World { PasswordBoss = { Schemas = ReadOnlyState } };
        var listener = new Listener();

        var connection = await ConnectAsync(world, listener);

        Assert.Equal("Fabrikam", connection.Connection);
        Assert.Contains("accountState is readOnly, not readWrite", Assert.Single(listener.Warnings).Render(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_without_schemas_warns_and_the_connection_is_stored()
    {
        var world = new World { PasswordBoss = { DescribesItself = false } };
        var listener = new Listener();

        await ConnectAsync(world, listener);

        Assert.Contains("/ServiceProviderConfig", Assert.Single(listener.Warnings).Render(), StringComparison.Ordinal);
        Assert.Contains("Fabrikam", world.Service.ListNames());
    }

    [Fact]
    public async Task Unreadable_schemas_warn_and_the_connection_is_stored()
    {
        var world = new World();
        FailSchemas(world);
        var listener = new Listener();

        await ConnectAsync(world, listener);

        Assert.Single(listener.Warnings);
        Assert.Contains("Fabrikam", world.Service.ListNames());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_correct_or_missing_declaration_causes_no_warning(bool isDescribed)
    {
        var world = new World { PasswordBoss = { Schemas = new ExtensionDescription { IsDescribed = isDescribed } } };
        var listener = new Listener();

        await ConnectAsync(world, listener);

        Assert.Empty(listener.Warnings);
        Assert.Equal(1, world.PasswordBoss.Calls["DescribeExtensionAsync"]);
    }

    [Fact]
    public async Task The_check_passes_warns_or_is_skipped()
    {
        var world = new World();
        Assert.Equal(CheckStatus.Passed, (await CheckAsync(world)).Status);

        world.PasswordBoss.Schemas = new ExtensionDescription();
        Assert.Equal(CheckStatus.Skipped, (await CheckAsync(world)).Status);

        world.PasswordBoss.Schemas = ReadOnlyState;
        var check = await CheckAsync(world);
        Assert.Equal(CheckStatus.Warning, check.Status);
        Assert.NotEmpty(check.Recommendation);
    }

    [Fact]
    public async Task The_check_warns_about_unreadable_schemas_and_the_other_checks_run()
    {
        var world = new World();
        FailSchemas(world);

        var checks = await world.Service.TestAsync(World.Name, CancellationToken.None);

        Assert.Equal(CheckStatus.Warning, checks.Single(c => c.Name == "Schemas").Status);
        Assert.Equal(CheckStatus.Passed, checks.Single(c => c.Name == "Rules").Status);
    }

    [Fact]
    public async Task The_schemas_are_not_read_without_the_extension()
    {
        var world = new World { PasswordBoss = { Extension = false } };

        Assert.Equal(CheckStatus.Skipped, (await CheckAsync(world)).Status);
        await ConnectAsync(world, new Listener());

        Assert.False(world.PasswordBoss.Calls.ContainsKey("DescribeExtensionAsync"));
    }

    [Fact]
    public void A_run_does_not_read_the_schemas()
    {
        var world = new World { PasswordBoss = { Schemas = ReadOnlyState } };
        world.Join("ann");

        world.Sync();

        Assert.False(world.PasswordBoss.Calls.ContainsKey("DescribeExtensionAsync"));
    }

    private static Task<PBConnection> ConnectAsync(World world, Listener listener) => world.Service.ConnectAsync(
        new ConnectRequest
        {
            Name = "Fabrikam",
            TenantId = "99999999-2222-3333-4444-555555555555",
            ClientId = "66666666-7777-8888-9999-000000000000",
            Credentials = new List<CredentialKind> { CredentialKind.ClientSecret },
            ClientSecret = "secret",
            PasswordBossUri = new Uri("https://scim.example.com/"),
            PasswordBossToken = "token",
        },
        listener,
        CancellationToken.None);

    private static async Task<PBConnectionCheck> CheckAsync(World world) =>
        (await world.Service.TestAsync(World.Name, CancellationToken.None)).Single(c => c.Name == "Schemas");

    private static void FailSchemas(World world) => world.PasswordBoss.FaultOn = (call, _) => call == "DescribeExtensionAsync"
        ? new Fault(ErrorId.AccountServerFailed)
        : null;
}
