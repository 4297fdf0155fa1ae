using System;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace PasswordBoss.EntraConnector.Module.Tests;

/// <summary>The completion of arguments at the prompt.</summary>
[Trait("Speed", "Slow")]
public sealed class CompletionTests : IDisposable
{
    private const string Zoe = "zoe.obrien-mueller@fjordlight.example";

    private readonly Session session = new();

    public CompletionTests() => session.Run("""
        Connect-PBEntra -Name "Two's company" -Sandbox; Connect-PBEntra -Name One -Sandbox; Connect-PBEntra -Name Two -Sandbox
        Set-PBConnection -Name One -Tag gold, 'tier 1'; Set-PBSyncGroup -Name One -AddGroup 'Design Studio'; Connect-PBEntra -Name One; Connect-PBEntra -Name Two
        """);

    public void Dispose() => session.Dispose();

    [Theory]
    [InlineData("Invoke-PBSync -Name tw", "Two|'Two''s company'")]
    [InlineData("Invoke-PBSync -Name 'tw", "'Two'|'Two''s company'")]
    [InlineData("Invoke-PBSync -Name \"tw", "\"Two\"|\"Two's company\"")]
    [InlineData("Invoke-PBSync -Name 'Two''s", "'Two''s company'")]
    [InlineData("Invoke-PBSync -Name t*y", "'Two''s company'")]
    [InlineData("Invoke-PBSync -Connection o", "One")]
    [InlineData("Get-PBSyncRule -ProfileName o", "One")]
    [InlineData("Get-PBSyncRule o", "One")]
    [InlineData("Invoke-PBSync -Name One, tw", "Two|'Two''s company'")]
    [InlineData("Invoke-PBSync -Name One, Two, t", "'Two''s company'")]
    [InlineData("Invoke-PBSync -ProfileName One, Two, t", "'Two''s company'")]
    [InlineData("Invoke-PBSync -Name none", "")]
    [InlineData("Invoke-PBSync -Tag t", "'tier 1'")]
    [InlineData("Invoke-PBSync -Tag ", "gold|'tier 1'")]
    [InlineData("Connect-PBEntra -Name o", "One")]
    public void Names_and_tags_are_completed(string line, string expected) => Assert.Equal(expected, string.Join("|", Complete(line)));

    [Theory]
    [InlineData("Set-PBSyncGroup -Name One -RemoveGroup ", "'Design Studio'")]
    [InlineData("Set-PBSyncGroup -Name One -RemoveGroup \"des", "\"Design Studio\"")]
    [InlineData("Set-PBSyncGroup -Name Two -RemoveGroup des", "")]
    [InlineData("Set-PBSyncGroup -RemoveGroup des", "")]
    [InlineData("Set-PBSyncGroup -Connection One -RemoveGroup des", "'Design Studio'")]
    [InlineData("Set-PBSyncGroup -Name One -AdditionalGroup des", "'Design Studio'")]
    [InlineData("Set-PBSyncGroup -Name One -UserGroup pass", "'Password Boss Users'")]
    [InlineData("Connect-PBEntra -Name One -UserGroup pass", "'Password Boss Users'")]
    public void Groups_are_completed_for_the_named_connection(string line, string expected) => Assert.Equal(expected, string.Join("|", Complete(line)));

    [Fact]
    public void A_group_with_brackets_and_quotation_marks_is_quoted()
    {
        var file = Path.Combine(session.Home, "groups.json");
        session.Run($"Export-PBConfiguration -Name One -Path '{file}'");
        var configuration = JsonNode.Parse(File.ReadAllText(file))!;
        configuration["connections"]![0]!["additionalGroups"] = new JsonArray(new JsonObject { ["id"] = Guid.NewGuid().ToString(), ["displayName"] = "R&D [EU] O'Neil $x" });
        File.WriteAllText(file, configuration.ToJsonString());
        session.Run($"Import-PBConfiguration -Path '{file}'");
        Assert.Empty(session.Errors.Select(error => error.ToString()));

        Assert.Equal(["'R&D [EU] O''Neil $x'"], Complete("Set-PBSyncGroup -Name One -RemoveGroup r"));
        Assert.Equal(["\"R&D [EU] O'Neil `$x\""], Complete("Set-PBSyncGroup -Name One -RemoveGroup \"R&D ["));
    }

    [Fact]
    public void People_are_completed_from_links_and_history()
    {
        session.Run("Invoke-PBSync -Name One");

        foreach (var line in new[] { "Invoke-PBSync -Name One -User zo", "Get-PBLink -Name One -User zo", "Get-PBSyncHistory -Name One -User 'zo", "Set-PBLink -Name One -User zo", "Remove-PBLink -Name One -Account zo", "Get-PBUser -Name One -Email zo" })
            Assert.Equal(Zoe, Assert.Single(Complete(line)).Trim('\''));
        Assert.Empty(Complete("Invoke-PBSync -Name Two -User zo"));
        session.Run($"Edit-PBSandbox -Name One -Delete {Zoe}; Invoke-PBSync -Name One -Full; Remove-PBLink -Name One -User {Zoe}");
        Assert.Equal([Zoe], Complete("Get-PBSyncHistory -Name One -User zo"));
        Assert.Empty(Complete("Remove-PBLink -Name One -Account zo"));
    }

    [Theory]
    [InlineData("Get-PBLink -Name One -User as[", "'as`[1`]`*b@fjordlight.example'")]
    [InlineData("Get-PBLink -Name One -User 'as[", "'as`[1`]`*b@fjordlight.example'")]
    [InlineData("Get-PBLink -Name One -User as[t-", "")]
    [InlineData("Get-PBLink -Name One -User as[s-t]", "'astrid.solheim@fjordlight.example'")]
    public void An_open_bracket_is_a_character_and_a_closed_one_a_pattern(string line, string expected)
    {
        session.Run("Invoke-PBSync -Name One; Edit-PBSandbox -Name One -ChangeMail astrid.solheim@fjordlight.example -To 'as[1]*b@fjordlight.example'; Invoke-PBSync -Name One -Full");

        Assert.Equal(expected, string.Join("|", Complete(line).Select(word => word.StartsWith('\'') ? word : $"'{word}'")));
    }

    [Fact]
    public void Sandbox_people_are_completed()
    {
        Assert.Equal([Zoe], Complete("Edit-PBSandbox -Name One -Disable zo"));
        Assert.Empty(Complete("Edit-PBSandbox -Name One -Restore zo"));
        session.Run($"Edit-PBSandbox -Name One -Delete {Zoe}");
        Assert.Empty(Complete("Edit-PBSandbox -Name One -Disable zo"));
        Assert.Equal([Zoe], Complete("Edit-PBSandbox -Name One -Restore zo"));
    }

    [Fact]
    public void Values_of_rules_are_completed()
    {
        session.Run("Set-PBSyncRule -Name One -DeleteAfterDays 45");

        Assert.Equal(["45", "0", "7", "14", "30", "60", "90"], Complete("Set-PBSyncRule -Name One -DeleteAfterDays "));
        Assert.Equal(["20"], Complete("Set-PBSyncRule -Name One -MaxRemovalPercent 2"));
        Assert.Equal(["ConvertToPersonal"], Complete("Set-PBSyncRule -Name One -RemovedUser Con"));
    }

    [Fact]
    public void Alerts_are_completed_by_their_receiver()
    {
        var id = session.Run("(Register-PBAlert -Name One -Uri https://hooks.example/).Id").Single().ToString();

        Assert.Equal([id], Complete("Unregister-PBAlert -Id "));
        Assert.Equal([id], Complete("Test-PBAlert -Id hooks"));
    }

    [Fact]
    public void Completion_sends_no_request()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var address = $"https://127.0.0.1:{((IPEndPoint)server.LocalEndpoint).Port}";
        session.Run($"""
            $secret = [System.Net.NetworkCredential]::new('', 'not-a-real-secret').SecurePassword
            Connect-PBEntra -Name Wire -TenantId ([guid]::NewGuid()) -ClientId ([guid]::NewGuid()) -ClientSecret $secret -AuthorityHost {address}/ -GraphEndpoint {address}/v1.0 `
                -PasswordBossUri {address}/scim -PasswordBossToken $secret -UserGroup ([guid]::NewGuid()) -SkipVerification
            """);
        Assert.Empty(session.Errors.Select(error => error.ToString()));

        Assert.Single(Complete("Set-PBSyncGroup -Name Wire -UserGroup "));
        foreach (var line in new[]
        {
            "Set-PBSyncGroup -Name Wire -AdditionalGroup ", "Set-PBSyncGroup -Name Wire -RemoveGroup ", "Connect-PBEntra -Name Wire -UserGroup ", "Invoke-PBSync -Name Wire -User ", "Get-PBUser -Name Wire -Email ",
            "Get-PBLink -Name Wire -Account ", "Get-PBSyncHistory -Name Wire -User ", "Set-PBSyncRule -Name Wire -DeleteAfterDays ", "Edit-PBSandbox -Name Wire -Disable ", "Invoke-PBSync -Name ", "Invoke-PBSync -User ",
        })
        {
            Complete(line);
        }

        Assert.False(server.Pending());
    }

    [Fact]
    public void A_store_that_cannot_be_read_completes_nothing()
    {
        var database = Directory.GetFiles(Path.Combine(session.Home, "state"), "*.db").Single();
        File.WriteAllText(database, "not a database");
        foreach (var rest in new[] { "-wal", "-shm" })
            File.Delete(database + rest);

        Assert.Empty(Complete("Invoke-PBSync -Name o"));
        Assert.Empty(Complete("Set-PBSyncGroup -RemoveGroup d"));
        Assert.Empty(Complete("Invoke-PBSync -User z"));
    }

    private string[] Complete(string line)
    {
        session.Runspace.SessionStateProxy.SetVariable("line", line);
        return session.Run("[System.Management.Automation.CommandCompletion]::CompleteInput($line, $line.Length, $null).CompletionMatches | ForEach-Object { $_.CompletionText }")
            .Select(text => text.ToString()).ToArray();
    }
}
