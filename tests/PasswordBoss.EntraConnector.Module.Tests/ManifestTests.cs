using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Xml.Linq;

namespace PasswordBoss.EntraConnector.Module.Tests;

public class ManifestTests
{
    private static readonly string[] Commands =
    [
        "Backup-PBState", "Connect-PBEntra", "Disconnect-PBEntra", "Edit-PBSandbox", "Export-PBConfiguration", "Export-PBMetric", "Export-PBSyncReport", "Get-PBAlert", "Get-PBConnection", "Get-PBConnectorStatus", "Get-PBLink", "Get-PBSyncGroup", "Get-PBSyncHistory", "Get-PBSyncRule",
        "Get-PBSyncTask", "Get-PBUser", "Import-PBConfiguration", "Invoke-PBSync", "New-PBEntraApplication", "Register-PBAlert", "Register-PBSyncTask", "Remove-PBLink", "Restore-PBState", "Set-PBConnection", "Set-PBLink", "Set-PBSyncGroup",
        "Set-PBSyncRule", "Test-PBAlert", "Test-PBConnection", "Unregister-PBAlert", "Unregister-PBSyncTask", "Watch-PBSync",
    ];

    [Fact]
    public void The_module_exports_exactly_the_commands_of_the_manifest()
    {
        using var session = new Session();

        var exported = session.Run("Get-Command -Module PasswordBoss.EntraConnector").Select(command => ((CommandInfo)command.BaseObject).Name).Order().ToArray();

        Assert.Equal(Commands, exported);
        Assert.Equal(Commands, ManifestValue("CmdletsToExport"));
    }

    [Fact]
    public void The_module_has_the_version_of_the_assemblies()
    {
        var version = XDocument.Load(Repository.PathOf("Directory.Build.props")).Descendants("Version").Single().Value;

        Assert.Equal([version], ManifestValue("ModuleVersion"));
    }

    [Theory]
    [InlineData("Import-Module '{0}' -Force")]
    [InlineData("Remove-Module PasswordBoss.EntraConnector; Import-Module '{0}'")]
    public void The_module_can_be_imported_again(string script)
    {
        using var session = new Session();
        session.Run("Connect-PBEntra -Name Box -Sandbox");

        session.Run(string.Format(System.Globalization.CultureInfo.InvariantCulture, script, Repository.Manifest));

        Assert.Equal(Commands.Length, session.Run("Get-Command -Module PasswordBoss.EntraConnector").Count);
        Assert.Single(session.Get<PBSyncRule>("Get-PBSyncRule -Name Box"));
    }

    [Fact]
    public void Every_command_shows_its_syntax_without_ambiguous_parameters()
    {
        using var session = new Session();

        foreach (var command in Commands)
        {
            var syntax = session.Run($"(Get-Command {command}).ParameterSets | ForEach-Object {{ $_.ToString() }}");
            Assert.NotEmpty(syntax);
            Assert.Contains(command, session.Run($"(Get-Help {command} | ForEach-Object {{ $_.Syntax.syntaxItem.name }})").Select(name => name.ToString()));
        }
    }

    private static string[] ManifestValue(string key)
    {
        var manifest = Parser.ParseFile(Repository.Manifest, out _, out _);
        var table = (HashtableAst)manifest.Find(ast => ast is HashtableAst, searchNestedScriptBlocks: false)!;
        return table.KeyValuePairs.Single(pair => pair.Item1.ToString() == key).Item2
            .FindAll(ast => ast is StringConstantExpressionAst, searchNestedScriptBlocks: false)
            .Select(ast => ((StringConstantExpressionAst)ast).Value).ToArray();
    }
}
