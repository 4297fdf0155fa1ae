# Uses cmdlets but no .NET methods, so that the module also imports in constrained language mode.
# $IsCoreCLR does not exist in Windows PowerShell. Reading $PSVersionTable instead would take a third of the import time.
if (-not $IsCoreCLR) {
    # Windows PowerShell 5.1 does not enforce DotNetFrameworkVersion of a manifest, so read the release from the registry. 461808 is .NET Framework 4.7.2.
    $framework = Get-ItemProperty -Path 'HKLM:\SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full' -Name Release -ErrorAction SilentlyContinue
    if (-not $framework -or $framework.Release -lt 461808) {
        throw 'PasswordBoss.EntraConnector needs .NET Framework 4.7.2 or later on Windows PowerShell. Install it, or use PowerShell 7.4 or later.'
    }
}

Import-Module -Name "$PSScriptRoot/shared/PasswordBoss.EntraConnector.Cmdlets.dll" -ErrorAction Stop
Export-ModuleMember -Cmdlet *
