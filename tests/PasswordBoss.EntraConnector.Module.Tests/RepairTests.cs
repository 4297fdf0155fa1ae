using System;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Text;
using PasswordBoss.EntraConnector.Module.Tests.Servers;
using PasswordBoss.EntraConnector.Sandbox;

namespace PasswordBoss.EntraConnector.Module.Tests;

/// <summary>Unreadable secrets, with real servers: which server gets which secrets, and which data stays.</summary>
[Trait("Speed", "Slow")]
public sealed class RepairTests(RepairTests.SharedCompany shared) : IClassFixture<RepairTests.SharedCompany>, IDisposable
{
    private readonly Session session = new();
    private readonly TcpListener spy = StartSpy();
    private ServerProcess? company;

    public void Dispose()
    {
        session.Dispose();
        spy.Dispose();
    }

    private string Database => Path.Combine(session.Home, "state", "state.db");

    private static string Secrets => $"-ClientSecret ({Secret(SandboxCredentials.ClientSecret)}) -PasswordBossToken ({Secret(SandboxCredentials.PasswordBossToken)})";

    private string Settings =>
        $"-TenantId {SandboxCredentials.TenantId} -ClientId {SandboxCredentials.ClientId} -AuthorityHost {company!["AuthorityHost"]} -GraphEndpoint {company["GraphEndpoint"]} -PasswordBossUri {company["PasswordBossUri"]}";

    [SkippableFact]
    public void Entering_the_secrets_again_repairs_a_lost_key_and_keeps_every_link()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows keeps the keys itself.");
        Connect();
        var links = Links();
        Directory.Delete(Path.Combine(session.Home, "state.keys"), recursive: true);
        session.Run("Invoke-PBSync -Name Default");
        Assert.Contains(session.Errors, error => error.FullyQualifiedErrorId.StartsWith("SecretUnreadable", StringComparison.Ordinal));
        Assert.StartsWith("SecretUnreadable,", session.Fail("Connect-PBEntra -UserGroup 'Password Boss Users'").FullyQualifiedErrorId);

        session.Run("Connect-PBEntra " + Secrets);

        Assert.Empty(session.Errors);
        var warning = Assert.Single(session.Warnings);
        Assert.All(new[] { "AuthorityHost", "GraphEndpoint", "PasswordBossUri" }, name => Assert.Contains(new Uri(company![name]).Authority, warning, StringComparison.Ordinal));
        Assert.Equal(links, Links());
        Assert.NotEmpty(links);
        session.Run("Invoke-PBSync");
        Assert.DoesNotContain(session.Errors, error => error.FullyQualifiedErrorId.StartsWith("SecretUnreadable", StringComparison.Ordinal));
    }

    [SkippableTheory]
    [InlineData("PasswordBossUri")]
    [InlineData("AuthorityHost")]
    [InlineData("GraphEndpoint")]
    public void An_edited_database_sends_nothing_to_the_new_host(string setting)
    {
        Connect();
        var links = Links();
        Edit(setting);

        foreach (var command in new[]
        {
            "Invoke-PBSync -Full", "Get-PBUser", "Get-PBSyncGroup", "Connect-PBEntra -UserGroup 'Password Boss Users'", "Connect-PBEntra " + Secrets,
            // A pipeline returns the stored settings, and so the edited ones.
            "Connect-PBEntra -Name Default | Connect-PBEntra " + Secrets,
            "Connect-PBEntra -Name Default | Connect-PBEntra -TenantId x.example " + Secrets,
        })
        {
            session.Run($"Connect-PBEntra -Name Default | Out-Null; try {{ {command} }} catch {{ $failure = $_ }}");
            Assert.False(spy.Pending(), command);
        }

        Assert.Empty(session.Run("Connect-PBEntra -Name Default | Connect-PBEntra " + Secrets));
        Assert.StartsWith("SettingsNotProven,", Assert.Single(session.Errors).FullyQualifiedErrorId);
        Assert.Empty(session.Run("$c = Connect-PBEntra -Name Default; $c | Connect-PBEntra -Environment Global " + Secrets));
        Assert.StartsWith("SettingsNotProven,", Assert.Single(session.Errors).FullyQualifiedErrorId);

        session.Run($"Connect-PBEntra {Settings} {Secrets}");
        Assert.Empty(session.Errors);
        Assert.DoesNotContain(((IPEndPoint)spy.LocalEndpoint).Port.ToString(System.Globalization.CultureInfo.InvariantCulture), Assert.Single(session.Warnings), StringComparison.Ordinal);
        Assert.Equal(links, Links());
        Assert.NotEmpty(session.Get<PBUser>("Get-PBUser"));
        Assert.False(spy.Pending());
    }

    [SkippableFact]
    public void A_stored_secret_is_not_sent_to_a_new_host()
    {
        Connect();
        var evil = $"https://localhost:{((IPEndPoint)spy.LocalEndpoint).Port}";

        Assert.StartsWith("ChangeNotProven,", session.Fail($"Connect-PBEntra -AuthorityHost {evil}").FullyQualifiedErrorId);
        Assert.StartsWith("ChangeNotProven,", session.Fail($"Connect-PBEntra -GraphEndpoint {evil}/v1.0").FullyQualifiedErrorId);
        Assert.StartsWith("ChangeNotProven,", session.Fail("Connect-PBEntra -Environment China").FullyQualifiedErrorId);
        Assert.StartsWith("ChangeNotProven,", session.Fail("Connect-PBEntra -ClientId 99999999-0000-4000-8000-000000000000").FullyQualifiedErrorId);
        Assert.StartsWith("ConnectionFixed,", session.Fail($"Connect-PBEntra -PasswordBossUri {evil}").FullyQualifiedErrorId);
        Assert.False(spy.Pending());

        // The same values are no change.
        Assert.Single(session.Get<PBConnection>($"Connect-PBEntra {Settings} -Environment Global"));
    }

    private void Connect()
    {
        Skip.IfNot(ServerTrust.Available, "The platform's trust store cannot be changed for one process.");
        company = shared.Server;
        session.Run($"Connect-PBEntra {Settings} {Secrets} -UserGroup 'Password Boss Users'; Invoke-PBSync");
        Assert.DoesNotContain(session.Errors, error => error.FullyQualifiedErrorId.StartsWith("Secret", StringComparison.Ordinal));
    }

    private string[] Links() => session.Get<PBLink>("Get-PBLink -Name Default").Select(link => link.EntraId + " " + link.AccountId).Order(StringComparer.Ordinal).ToArray();

    // Edits the bytes of the settings: another port of the same length.
    private void Edit(string setting)
    {
        Assert.False(File.Exists(Database + "-wal"));
        var address = company![setting];
        var port = new Uri(address).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var other = ((IPEndPoint)spy.LocalEndpoint).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(port.Length, other.Length);
        var name = char.ToLowerInvariant(setting[0]) + setting[1..];
        var bytes = File.ReadAllBytes(Database);
        var found = Encoding.UTF8.GetBytes($"\"{name}\":\"{address[..(address.IndexOf(port, StringComparison.Ordinal) + port.Length)]}");
        var at = bytes.AsSpan().IndexOf(found);
        Assert.True(at >= 0);
        Encoding.UTF8.GetBytes(other).CopyTo(bytes, at + found.Length - port.Length);
        File.WriteAllBytes(Database, bytes);
    }

    private static TcpListener StartSpy()
    {
        var spy = new TcpListener(IPAddress.Loopback, 0);
        spy.Start();
        return spy;
    }

    private static string Secret(string text) => $"[System.Net.NetworkCredential]::new('', '{text}').SecurePassword";

    /// <summary>The company of all tests. Each test has a store of its own, whose first run creates the accounts or finds them.</summary>
    public sealed class SharedCompany : IDisposable
    {
        private readonly Lazy<ServerProcess> server = new(() => ServerProcess.StartSandbox());

        internal ServerProcess Server => server.Value;

        public void Dispose()
        {
            if (server.IsValueCreated)
                server.Value.Dispose();
        }
    }
}
