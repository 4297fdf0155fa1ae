<#
.SYNOPSIS
    Runs Sync-AllTenants.ps1 as a NinjaOne script: its exit code is the script result, and a custom field of the device shows its last line.
.DESCRIPTION
    Add it to the automation library, run it as System on a schedule, and create a condition on its script result. The custom field must have the type text, and
    let automations write it. Parameters go into the field "Preset parameter" of NinjaOne, such as -Due -FailOn Lasting.
.PARAMETER Field
    The name of the custom field; empty for none.
.PARAMETER FailOn
    Which connections count in the exit code, see Sync-AllTenants.ps1.
.PARAMETER Due
    Runs only the connections that are due.
.EXAMPLE
    powershell -ExecutionPolicy Bypass -File NinjaOne.ps1 -Due -FailOn Lasting
#>
param(
    [string] $Field = 'passwordBossSync',
    [ValidateSet('Any', 'New', 'Lasting')] [string] $FailOn = 'Any',
    [switch] $Due
)

$output = @(& "$PSScriptRoot/Sync-AllTenants.ps1" -FailOn $FailOn -Due:$Due)
$exit = $LASTEXITCODE
$output

# The agent provides this command. A field that is missing or read-only must not look like a failed sync.
if ($Field) {
    try {
        $answer = Ninja-Property-Set -Name $Field -Value $output[-1] 2>&1
        if ($answer.Exception) { throw $answer }
    }
    catch { "WARNING: The custom field $Field was not set: $_" -replace '\s+', ' ' }
}

exit $exit
