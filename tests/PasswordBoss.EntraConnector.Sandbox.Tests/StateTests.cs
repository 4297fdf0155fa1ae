using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Text.Json;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Sandbox.Tests;

public sealed class StateTests : IDisposable
{
    private const string Zoe = "zoe.obrien-mueller@fjordlight.example";
    private readonly string folder = Path.Combine(Path.GetTempPath(), "sandbox " + Guid.NewGuid().ToString("N"));

    private string StatePath => Path.Combine(folder, "inner", "sandbox.json");

    public void Dispose()
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, true);
    }

    [Fact]
    public void The_next_instance_reads_everything_that_was_stored()
    {
        var boss = new SandboxPasswordBoss(StatePath);
        boss.CreateAccount("ann@b.example", "Ann", "Lee");
        boss.CreateGroup("Finance");
        boss.AddGroupMember("ann@b.example", "Finance");
        boss.SetLicensePool(7);
        using var tenant = new SandboxTenant(StatePath);
        tenant.Disable(Zoe);
        tenant.Delete("henrik.dahl@fjordlight.example");

        var stored = JsonDocument.Parse(File.ReadAllText(StatePath)).RootElement;
        Assert.Equal(7, stored.GetProperty("LicensePool").GetInt32());
        Assert.Equal(37, stored.GetProperty("Users").GetArrayLength());
        Assert.Equal(1, stored.GetProperty("DeletedUsers").GetArrayLength());
        Assert.Equal("Finance", Assert.Single(Assert.Single(new SandboxPasswordBoss(StatePath).Accounts).Groups));
    }

    [Fact]
    public async Task Handlers_on_one_file_see_changes_of_each_other_at_once()
    {
        using var first = new SandboxClient(new SandboxHandler(StatePath));
        using var second = new SandboxClient(new SandboxHandler(StatePath));
        using var tenant = new SandboxTenant(StatePath);
        var boss = new SandboxPasswordBoss(StatePath);
        var id = await first.CreateUserAsync();
        Assert.Equal(200, (await second.ScimAsync("GET", "/Users/" + id)).Status);
        boss.DisableAccount("ann@fjordlight.example");
        Assert.False((await first.ScimAsync("GET", "/Users/" + id)).Json["active"]!.GetValue<bool>());
        var link = (await first.GraphAsync("/users/delta?$select=accountEnabled&$deltatoken=latest")).Json["@odata.deltaLink"]!.GetValue<string>();
        tenant.Disable(Zoe);
        Assert.Single((await second.GraphAllAsync(link)).Items);
        boss.DeleteAccount("ann@fjordlight.example");
        Assert.Equal(404, (await first.ScimAsync("GET", "/Users/" + id)).Status);
    }

    [Fact]
    public async Task Concurrent_writers_lose_nothing()
    {
        var clients = Enumerable.Range(0, 4).Select(_ => new SandboxClient(new SandboxHandler(StatePath))).ToList();
        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Task.Run(() => clients[i % 4].CreateUserAsync($"p{i}@b.example"))));
        clients.ForEach(client => client.Dispose());
        Assert.Equal(40, new SandboxPasswordBoss(StatePath).Accounts.Count);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task Another_process_shares_the_file()
    {
        var server = typeof(SandboxHost.SandboxServer).Assembly.Location;
        var authority = Path.Combine(folder, "authority.pem");
        Directory.CreateDirectory(folder);
        var start = new ProcessStartInfo("dotnet") { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var argument in new[] { server, "--state", StatePath, "--authority", authority })
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        try
        {
            var endpoints = JsonSerializer.Deserialize<SandboxEndpoints>((await process.StandardOutput.ReadLineAsync())!)!;
            using var http = new HttpClient(SandboxHost.SandboxServer.CreateTrustingHandler(await File.ReadAllTextAsync(authority)));
            http.DefaultRequestHeaders.Authorization = new("Bearer", SandboxCredentials.PasswordBossToken);
            var boss = new SandboxPasswordBoss(StatePath);
            for (var i = 0; i < 20; i++)
            {
                // In turns: each must see the last write of the other.
                var email = $"p{i}@b.example";
                boss.CreateAccount(email, "P", "Q");
                var found = await http.GetStringAsync($"{endpoints.PasswordBossUri}/Users?filter=userName%20eq%20%22{email}%22");
                var id = JsonDocument.Parse(found).RootElement.GetProperty("Resources")[0].GetProperty("id").GetString();
                Assert.Equal(System.Net.HttpStatusCode.NoContent, (await http.DeleteAsync($"{endpoints.PasswordBossUri}/Users/{id}")).StatusCode);
                Assert.Empty(boss.Accounts);
            }

            // Then at the same time.
            var there = Task.WhenAll(Enumerable.Range(0, 15).Select(async i =>
            {
                using var body = new StringContent(SandboxClient.UserBody($"there{i}@b.example"), null, "application/scim+json");
                (await http.PostAsync($"{endpoints.PasswordBossUri}/Users", body)).EnsureSuccessStatusCode();
            }));
            for (var i = 0; i < 15; i++)
                boss.CreateAccount($"here{i}@b.example", "P", "Q");
            await there;
            Assert.Equal(30, boss.Accounts.Count);
        }
        finally
        {
            process.StandardInput.Close();
            if (!process.WaitForExit(10_000))
                process.Kill();
        }
    }

    [Fact]
    public void A_refused_change_is_not_stored()
    {
        var boss = new SandboxPasswordBoss(StatePath);
        boss.CreateAccount("ann@b.example", "Ann", "Lee");
        var before = File.ReadAllText(StatePath);
        Assert.Throws<ConnectorException>(() => boss.AddGroupMember("ann@b.example", "Nothing"));
        Assert.Equal(before, File.ReadAllText(StatePath));
        Assert.False(File.Exists(StatePath + ".next"));
    }

    [Fact]
    public void A_file_left_by_a_killed_writer_does_no_harm()
    {
        var boss = new SandboxPasswordBoss(StatePath);
        boss.CreateAccount("ann@b.example", "Ann", "Lee");
        File.WriteAllText(StatePath + ".next", "{\"half");
        boss.CreateAccount("bob@b.example", "Bob", "Lee");
        Assert.Equal(2, new SandboxPasswordBoss(StatePath).Accounts.Count);
    }

    [Fact]
    public void The_file_is_private_to_its_owner()
    {
        if (OperatingSystem.IsWindows())
            return;
        new SandboxPasswordBoss(StatePath).CreateGroup("Finance");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(StatePath));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(StatePath)!));
    }

    [Theory]
    [InlineData("{\"Version\":3,\"Us")]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{\"Version\":3,\"Format\":1}")]
    public void A_damaged_file_is_reported_and_quarantined(string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(StatePath)!);
        File.WriteAllText(StatePath, content);
        var error = Assert.Throws<ConnectorException>(() => new SandboxPasswordBoss(StatePath).Accounts);
        Assert.Equal(ErrorId.StateDamaged, error.Id);
        var aside = Assert.Single(Directory.GetFiles(Path.GetDirectoryName(StatePath)!, "*.damaged-*"));
        Assert.Equal(content, File.ReadAllText(aside));
        Assert.Empty(new SandboxPasswordBoss(StatePath).Accounts);
    }

    [Fact]
    public void A_file_of_a_newer_version_is_unchanged()
    {
        new SandboxPasswordBoss(StatePath).CreateGroup("Finance");
        File.WriteAllText(StatePath, File.ReadAllText(StatePath).Replace("\"Format\":1", "\"Format\":2", StringComparison.Ordinal));
        Assert.Equal(ErrorId.StateFromNewerVersion, Assert.Throws<ConnectorException>(() => new SandboxPasswordBoss(StatePath).Groups).Id);
        Assert.Contains("\"Format\":2", File.ReadAllText(StatePath), StringComparison.Ordinal);
    }

    [Fact]
    public void An_impossible_folder_is_reported()
    {
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, "file");
        File.WriteAllText(file, "");
        var error = Assert.Throws<ConnectorException>(() => new SandboxPasswordBoss(Path.Combine(file, "sandbox.json")).Accounts);
        Assert.Equal(ErrorId.StateFolderUnusable, error.Id);
    }

    [Fact]
    public async Task Old_changes_are_removed_and_their_delta_tokens_expire()
    {
        using var client = new SandboxClient(new SandboxHandler(StatePath));
        var link = (await client.GraphAsync("/users/delta?$select=accountEnabled&$deltatoken=latest")).Json["@odata.deltaLink"]!.GetValue<string>();
        var text = await File.ReadAllTextAsync(StatePath);
        await File.WriteAllTextAsync(StatePath, text.Replace("\"ChangesStart\":0", "\"ChangesStart\":9", StringComparison.Ordinal).Replace("\"Version\":1,", "\"Version\":2,", StringComparison.Ordinal));
        Assert.Equal(410, (await client.GraphAsync(link)).Status);
    }
}
