using System;
using System.IO;
using System.Linq;
using PasswordBoss.EntraConnector.Module.Tests.Servers;
using PasswordBoss.EntraConnector.Sandbox;

namespace PasswordBoss.EntraConnector.Module.Tests;

/// <summary>
/// How many requests <c>Invoke-PBSync -User</c> sends. With 50 ms for each of them, one after the other, 16 need 0.8 seconds, so the command ends within two.
/// </summary>
[Trait("Speed", "Slow")]
public sealed class OneUserRequestTests : IDisposable
{
    private const int Most = 16;
    private readonly Session session = new();
    private ServerProcess? company;

    public void Dispose()
    {
        session.Dispose();
        company?.Dispose();
    }

    [SkippableFact]
    public void A_run_of_one_user_sends_few_requests_for_every_kind_of_user()
    {
        Skip.IfNot(ServerTrust.Available, "The platform's trust store cannot be changed for one process.");
        // The server and Edit-PBSandbox use the same tenant, so that users can be disabled and deleted.
        session.Run("Connect-PBEntra -Name Tenant -Sandbox; Get-PBSyncGroup -Name Tenant");
        company = ServerProcess.StartSandbox("--state", Directory.GetFiles(Path.Combine(session.Home, "state", "sandbox"), "*.json").Single());
        session.Run($"""
            Connect-PBEntra -Name Wire -TenantId {SandboxCredentials.TenantId} -ClientId {SandboxCredentials.ClientId} -ClientSecret ({Secret(SandboxCredentials.ClientSecret)}) -UserGroup 'Password Boss Users' `
                -AuthorityHost {company["AuthorityHost"]} -GraphEndpoint {company["GraphEndpoint"]} -PasswordBossUri {company["PasswordBossUri"]} -PasswordBossToken ({Secret(SandboxCredentials.PasswordBossToken)})
            Set-PBSyncGroup -Name Wire -AddGroup 'Design Studio', Finance
            Invoke-PBSync -Name Wire -WarningAction SilentlyContinue
            Edit-PBSandbox -Name Tenant -Disable ingrid.braaten@fjordlight.example
            Edit-PBSandbox -Name Tenant -Delete henrik.dahl@fjordlight.example
            Edit-PBSandbox -Name Tenant -Delete kenji.watanabe@fjordlight.example
            Edit-PBSandbox -Name Tenant -Delete kenji.watanabe@fjordlight.example
            Edit-PBSandbox -Name Tenant -RemoveMember zoe.obrien-mueller@fjordlight.example
            Edit-PBSandbox -Name Tenant -AddMember juergen.gross@fjordlight.example
            """);
        Assert.Empty(session.Errors.Select(error => error.ToString()));

        Explains("astrid.solheim@fjordlight.example", "enabled", 1);
        Explains("ingrid.braaten@fjordlight.example", "disabled", 1);
        Explains("henrik.dahl@fjordlight.example", "deleted items", 1);
        Explains("kenji.watanabe@fjordlight.example", "no longer exists", 1);
        Explains("zoe.obrien-mueller@fjordlight.example", "enabled", 1);
        Explains("juergen.gross@fjordlight.example", "enabled", 1);
        Explains("Priya Raman", "enabled", 1);
        Explains("dmytro.kovalenko@fjordlight.example", "enabled", 1);
        Explains("unknown@fjordlight.example", "No user", 0);
        session.Run("Set-PBSyncGroup -Name Wire -IncludeNested; Invoke-PBSync -Name Wire -Full -WarningAction SilentlyContinue");
        Explains("Priya Raman", "enabled", 1);
    }

    private void Explains(string user, string expected, int found)
    {
        var before = company!.Ask().GetProperty("Requests").GetInt64();

        var output = session.Run($"Invoke-PBSync -Name Wire -User '{user}' -WhatIf -ErrorAction SilentlyContinue");

        var sent = company.Ask().GetProperty("Requests").GetInt64() - before;
        var result = Assert.IsType<PBSyncResult>(Assert.Single(output).BaseObject);
        Assert.Equal(5, result.Steps.Count);
        Assert.Contains(expected, result.Steps[0].Detail, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(found == 1, result.ErrorId is null);
        Assert.True(sent <= Most, $"{user}: {sent} requests");
    }

    private static string Secret(string text) => $"[System.Net.NetworkCredential]::new('', '{text}').SecurePassword";
}
