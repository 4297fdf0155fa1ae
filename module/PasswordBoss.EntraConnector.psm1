# Cmdlets only, no .NET methods: so the module also imports in constrained language mode.
# $IsCoreCLR is not there in Windows PowerShell; to ask $PSVersionTable would take a third of the time of the import.
if (-not $IsCoreCLR) {
    # DotNetFrameworkVersion in a manifest guards nothing on Windows PowerShell 5.1; the registry has the release. 461808 is .NET Framework 4.7.2.
    $framework = Get-ItemProperty -Path 'HKLM:\SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full' -Name Release -ErrorAction SilentlyContinue
    if (-not $framework -or $framework.Release -lt 461808) {
        throw 'PasswordBoss.EntraConnector needs .NET Framework 4.7.2 or later on Windows PowerShell. Install it, or use PowerShell 7.4 or later.'
    }
}

Import-Module -Name "$PSScriptRoot/shared/PasswordBoss.EntraConnector.Cmdlets.dll" -ErrorAction Stop
Export-ModuleMember -Cmdlet *
