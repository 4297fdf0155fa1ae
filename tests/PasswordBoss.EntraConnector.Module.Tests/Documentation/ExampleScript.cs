using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Sandbox;

namespace PasswordBoss.EntraConnector.Module.Tests.Documentation;

/// <summary>What Run-Examples.ps1 runs.</summary>
/// <param name="Steps">The code of each step. All steps use one store.</param>
/// <param name="Store">The store that is copied. Run-Examples.ps1 prepares it, or an earlier script has it as its <see cref="Name"/>.</param>
/// <param name="Runs">False if the code is only checked: the commands and parameters must exist.</param>
internal sealed record ExampleScript(IReadOnlyList<string> Steps, string Store, bool Runs)
{
    /// <summary>The client id in the documentation, of an application that was registered by hand.</summary>
    public const string DocumentedClientId = "00001111-aaaa-2222-bbbb-3333cccc4444";

    /// <summary>The texts of examples that are only checked, with the reasons.</summary>
    public static readonly (string Text, string Reason)[] OnlyBound =
    [
        ("Register-PSResourceRepository -Name Share", "It needs a share of Windows. PackageTests installs from a folder."),
        ("Install-Module", "It needs Windows PowerShell, and changes the modules of all users of this machine."),
        ("-Account ingrid.braaten@fjordlight.example -Confirm", "It asks at the prompt. LinkTests runs it and answers."),
    ];

    /// <summary>
    /// The stores of examples, and the pages that they are on; an empty path is any page. The first match applies. Every other example gets connections that have been synced.
    /// </summary>
    public static readonly (string Page, string Text, string Store)[] Stores =
    [
        ("docs/en-US/Invoke-PBSync.md", "Invoke-PBSync -WhatIf", "Connected"),
        ("docs/en-US/Invoke-PBSync.md", "$run = Invoke-PBSync", "Connected"),
        ("docs/en-US/Invoke-PBSync.md", "-Force", "Paused"),
        ("docs/en-US/about_PBEntraConnector_Safety.md", "-Force", "Paused"),
        ("docs/en-US/Watch-PBSync.md", "Watch-PBSync", "Connected"),
        ("docs/en-US/Set-PBLink.md", "zoe.mueller@fjordlight.example", "Moved"),
        ("docs/en-US/Get-PBAlert.md", "Get-PBAlert", "Alerting"),
        ("docs/en-US/Test-PBAlert.md", "Test-PBAlert", "Alerting"),
        ("docs/en-US/Unregister-PBAlert.md", "Unregister-PBAlert", "Alerting"),
        ("docs/en-US/Register-PBSyncTask.md", "Get-PBSyncTask -Name *", "Scheduled"),
        ("docs/en-US/Get-PBSyncTask.md", "Get-PBSyncTask", "Scheduled"),
        ("docs/en-US/Unregister-PBSyncTask.md", "Unregister-PBSyncTask", "Scheduled"),
        ("docs/en-US/about_PBEntraConnector_Troubleshooting.md", "Get-PBSyncTask", "Scheduled"),
        ("", WorkerTask, "Systemd"),
        ("", "Restore-PBState -Path", "Empty"),
        ("", $"-ClientId {DocumentedClientId} |", ByHand),
        ("", "scim.example.com", "Empty"),
        ("", "customers.csv", "Empty"),
    ];

    /// <summary>The file of customers that each of these texts reads.</summary>
    public static readonly (string Text, string Content)[] Customers =
    [
        ("examples/Onboard.ps1", $"""
            Name,TenantId,ClientId,ClientSecret,PasswordBossUri,PasswordBossToken,UserGroup
            Contoso,contoso.onmicrosoft.com,{DocumentedClientId},{SandboxCredentials.ClientSecret},https://scim.example.com/v2,{SandboxCredentials.PasswordBossToken},Password Boss Users
            Fabrikam,fabrikam.onmicrosoft.com,{DocumentedClientId},{SandboxCredentials.ClientSecret},https://scim.fabrikam.example/v2,{SandboxCredentials.PasswordBossToken},Password Boss Users
            """),
        ("$customer.Token", $"""
            Name,TenantId,Uri,Token
            Contoso,contoso.onmicrosoft.com,https://scim.example.com/v2,{SandboxCredentials.PasswordBossToken}
            Fabrikam,fabrikam.onmicrosoft.com,https://scim.fabrikam.example/v2,{SandboxCredentials.PasswordBossToken}
            """),
        ("Connect-PBEntra -ClientSecret $secret -PasswordBossToken $token", $"""
            Name,TenantId,ClientId,PasswordBossUri,UserGroup
            Contoso,contoso.onmicrosoft.com,{DocumentedClientId},https://scim.example.com/v2,Password Boss Users
            Fabrikam,fabrikam.onmicrosoft.com,{DocumentedClientId},https://scim.fabrikam.example/v2,Password Boss Users
            """),
    ];

    // The store after the first example that connects with this client.
    private const string ByHand = "ByHand";

    // They need a tenant, a Password Boss, a receiver or a browser.
    private static readonly string[] NeedHosts = ["New-PBEntraApplication", "scim.example.com", "customers.csv", "Test-PBAlert"];

    // They change what belongs to the machine: the modules of all users, or the units of systemd.
    private static readonly string[] NeedMachineFolders = ["PSResource", WorkerTask];
    private const string WorkerTask = "Register-PBSyncTask -Name * -Resident";

    /// <summary>The number of columns of the window.</summary>
    public int Width { get; init; } = 200;

    /// <summary>The name of the store afterwards, so that later scripts can continue with a copy; null if none does.</summary>
    public string? Name { get; init; }

    /// <summary>Whether it emits results until the test stops it after the first one.</summary>
    public bool IsEndless { get; init; }

    /// <summary>Whether it runs in a runspace of its own with Pester, because it ends its PowerShell.</summary>
    public bool Exits { get; init; }

    /// <summary>Whether its folder is that of the module, with the scripts.</summary>
    public bool IsInModule { get; init; }

    /// <summary>The content of customers.csv; null if there is no such file.</summary>
    public string? CustomersFile { get; init; }

    /// <summary>The script of an example.</summary>
    /// <param name="example">The example.</param>
    public static ExampleScript Of(Example example) => new([example.Code], StoreOf(example), RunsHere(example.Code))
    {
        Name = example.Code.Contains("-ClientSecretCredential $credential `", StringComparison.Ordinal) ? ByHand : null,
        IsEndless = example.Code.Contains("Watch-PBSync", StringComparison.Ordinal),
        Exits = example.Code.Contains("Invoke-Pester", StringComparison.Ordinal),
        IsInModule = example.Code.Contains("examples/", StringComparison.Ordinal),
        CustomersFile = Customers.Where(file => Flat(example.Code).Contains(file.Text, StringComparison.Ordinal)).Select(file => file.Content).FirstOrDefault(),
    };

    /// <summary>Whether code runs on this machine.</summary>
    /// <param name="code">The code.</param>
    public static bool RunsHere(string code) =>
        !Array.Exists(OnlyBound, bound => code.Contains(bound.Text, StringComparison.Ordinal))
        && (ExampleRun.HasHosts || !Array.Exists(NeedHosts, text => code.Contains(text, StringComparison.Ordinal)))
        && (ExampleRun.HasMachineFolders || !Array.Exists(NeedMachineFolders, text => code.Contains(text, StringComparison.Ordinal)))
        && (OperatingSystem.IsLinux() || !code.Contains("PBSyncTask", StringComparison.Ordinal));

    private static string StoreOf(Example example) => Array.Find(Stores, entry => (entry.Page.Length == 0 || entry.Page == example.Page) && example.Code.Contains(entry.Text, StringComparison.Ordinal)).Store ?? "Synced";

    // Guides and help break the same pipeline at different places.
    private static string Flat(string code) => string.Join(' ', code.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
